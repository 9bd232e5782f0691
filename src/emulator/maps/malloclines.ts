/** Lines of runtime/malloc.go on the way of an allocation, by release: Go 1.19 to 1.27; 0 where it has no such line. */

export const MALLOC_LINES = {
  'mallocgc entry': [842, 842, 952, 971, 983, 1010, 962, 1067, 1067],
  'mallocgc small': [993, 993, 1091, 1120, 1132, 1055, 1007, 1123, 1125],
  'mallocgc scan': [0, 0, 0, 0, 0, 1060, 1016, 1128, 1133],
  'mallocgc large': [1029, 1029, 1127, 1165, 1177, 1063, 1020, 1156, 1162],
  'mallocgc chunked': [1126, 1126, 1224, 1283, 1265, 0, 0, 0, 0],
  mallocgcSmallNoscan: [0, 0, 0, 0, 0, 1281, 1241, 1395, 1401],
  mallocgcSmallScanHeader: [0, 0, 0, 0, 0, 1462, 1422, 1625, 1631],
  'mallocgcLarge alloc': [0, 0, 0, 0, 0, 1540, 1500, 1703, 1709],
  'mallocgcLarge chunked': [0, 0, 0, 0, 0, 1600, 1560, 1763, 1769],
  chunked: [1194, 1194, 1320, 1382, 1378, 1706, 1687, 2149, 2133],
  makeslice: [103, 103, 103, 107, 116, 116, 116, 117, 117],
  newobject: [1202, 1202, 1328, 1390, 1386, 1714, 1695, 2157, 2141],
  newarray: [1224, 1224, 1350, 1412, 1431, 1764, 1745, 2207, 2191],
} as const satisfies Record<string, readonly number[]>;
