/** Sizes: what a map's entries, buckets and groups take in memory, as Go lays them out on 64-bit machines. */

import { UsageError } from '../../base/errors.ts';
import type { GoRelease } from '../version.ts';
import type { KeyKind, MapSpec } from './map.ts';

/** Slots of a bucket, and of a group. */
export const SLOTS = 8;

const KEY_SIZES: Readonly<Record<KeyKind, number | null>> = { fast32: 4, fast64: 8, faststr: 16, generic: null };
const DEFAULT_GENERIC_KEY = 16;
const DEFAULT_ELEM = 8;
/** Beyond that, Go stores pointers to keys and elements, and calls the functions for keys of any kind. */
const MAX_INLINE = 128;
/** The largest key or element of an emulated map. */
const MAX_SIZE = 1 << 20;
const MAX_HINT = 1 << 22;
/** Slots of the largest map that is emulated: some 300 MB of tables. */
const MAX_SLOTS = 1 << 24;
const POINTER = 8;

export interface Layout {
  readonly keySize: number;
  readonly elemSize: number;
  /** Whether keys or elements hold pointers. */
  readonly pointers: boolean;
  /** Bytes that a new entry allocates for what is not stored in the map itself: of its key, of its element; 0 where it is. */
  readonly keyBytes: number;
  readonly elemBytes: number;
  readonly hint: number;
  /** Classic: 8 bytes of tophash, 8 keys, 8 elements, the pointer to the overflow bucket. */
  readonly bucketSize: number;
  /** Swiss: a key and its element, aligned. */
  readonly slotSize: number;
  readonly elemOffset: number;
  /** Swiss: 8 control bytes and 8 slots. */
  readonly groupSize: number;
}

function align(size: number, to: number): number {
  return Math.ceil(size / to) * to;
}

function alignmentOf(size: number): number {
  return size % 8 === 0 ? 8 : size % 4 === 0 ? 4 : size % 2 === 0 ? 2 : 1;
}

function checkRange(name: string, value: number, max: number, min = 1): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new UsageError(`a map's ${name} is a whole number from ${min} to ${max}, not ${value}`);
  }
  return value;
}

/** The functions that the compiler calls: an element that is not stored in the map itself makes them those for any keys. */
export function functionsOf({ keys, elemSize = DEFAULT_ELEM }: MapSpec): KeyKind {
  return elemSize > MAX_INLINE ? 'generic' : keys;
}

/** @throws UsageError for sizes that are none */
export function layoutOf(spec: MapSpec): Layout {
  const keyBytes = checkRange('key size', KEY_SIZES[spec.keys] ?? spec.keySize ?? DEFAULT_GENERIC_KEY, MAX_SIZE);
  const elemBytes = checkRange('element size', spec.elemSize ?? DEFAULT_ELEM, MAX_SIZE);
  const keySize = keyBytes > MAX_INLINE ? POINTER : keyBytes;
  const elemSize = elemBytes > MAX_INLINE ? POINTER : elemBytes;
  const elemOffset = align(keySize, alignmentOf(elemSize));
  const slotSize = align(elemOffset + elemSize, Math.max(alignmentOf(keySize), alignmentOf(elemSize)));
  return {
    keySize,
    elemSize,
    pointers:
      spec.pointers === true ||
      spec.keys === 'faststr' ||
      spec.keys === 'generic' ||
      keySize !== keyBytes ||
      elemSize !== elemBytes,
    keyBytes: keySize === keyBytes ? 0 : keyBytes,
    elemBytes: elemSize === elemBytes ? 0 : elemBytes,
    hint: checkRange('hint', spec.hint ?? 0, MAX_HINT, 0),
    bucketSize: align(SLOTS + SLOTS * (keySize + elemSize), POINTER) + POINTER,
    slotSize,
    elemOffset,
    groupSize: SLOTS + SLOTS * slotSize,
  };
}

/** @throws UsageError for a map that would become larger than the emulator can hold */
export function checkSlots(slots: number): void {
  if (slots > MAX_SLOTS) throw new UsageError(`a map of more than ${MAX_SLOTS} slots: the emulator holds no larger ones`);
}

/** Size classes of small objects in bytes, the same in Go 1.19 to 1.27 (runtime/sizeclasses.go). */
const SIZE_CLASSES: readonly number[] = [
  8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480, 512, 576,
  640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784,
  6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768,
];
const PAGE = 8192;
/** Objects above it are allocated on pages of their own. */
export const MAX_SMALL = 32768;

/** The word before small objects with pointers of more than 512 bytes, since Go 1.22. */
const HEADER = 8;
const MIN_SIZE_WITH_HEADER = 512;

/** What an allocation of so many bytes takes: its size class, or whole pages. */
export function roundUpSize(bytes: number): number {
  if (bytes > MAX_SMALL) return align(bytes, PAGE);
  let low = 0;
  for (let high = SIZE_CLASSES.length - 1; low < high; ) {
    const middle = (low + high) >> 1;
    if (SIZE_CLASSES[middle] < bytes) low = middle + 1;
    else high = middle;
  }
  return SIZE_CLASSES[low];
}

/** Bytes that an object of `bytes` can use of what it takes: {@link roundUpSize} without the header. */
export function usableSize(bytes: number, pointers: boolean, release: GoRelease): number {
  const header = release >= 22 && pointers && bytes > MIN_SIZE_WITH_HEADER && bytes <= MAX_SMALL - HEADER ? HEADER : 0;
  return roundUpSize(bytes + header) - header;
}
