/**
 * What Go's functions do to a map, of every release from 1.19 to 1.27: the classic map (src/runtime/map*.go up to 1.23),
 * the Swiss map (src/internal/runtime/maps since 1.24), reflect, package maps, sync.Map (src/sync/map.go, since 1.24
 * src/internal/sync/hashtriemap.go). test/model/mapfunctions.test.ts holds the table against all names of each release.
 */

import { isPlumbing } from './callsite.ts';
import { foldTypeLists, splitName } from './names.ts';

/** `grow`: elements move to larger tables or buckets; `make`: a new map. */
export const MAP_OPERATIONS = ['read', 'write', 'delete', 'iterate', 'clear', 'clone', 'make', 'grow'] as const;
export type MapOperation = (typeof MAP_OPERATIONS)[number];

/** By package and operation: names of functions and methods, or the beginnings of them with `*` behind. */
const FUNCTIONS: Readonly<Record<string, Partial<Record<MapOperation, string>>>> = {
  runtime: {
    read: 'mapaccess*',
    write: 'mapassign*',
    delete: 'mapdelete*',
    iterate: 'mapiterinit mapiternext mapIterStart mapIterNext',
    clear: 'mapclear',
    clone: 'mapclone*',
    make: 'makemap*',
    grow: 'hashGrow growWork growWork_* evacuate evacuate_*',
  },
  'internal/runtime/maps': {
    read: '(*Map).Get (*Map).getWith* (*table).Get (*table).getWith* runtime_mapaccess*',
    write:
      '(*Map).Put (*Map).PutSlot (*Map).putSlot* (*table).PutSlot (*table).uncheckedPutSlot* (*table).pruneTombstones runtime_mapassign*',
    delete: '(*Map).Delete (*Map).deleteSmall (*table).Delete runtime_mapdelete*',
    iterate: '(*Iter).*',
    clear: '(*Map).Clear (*Map).clearSmall (*table).Clear runtime_mapclear',
    clone: '(*Map).Clone (*table).clone cloneGroup',
    make: 'NewMap NewEmptyMap',
    grow: '(*table).rehash (*table).grow (*table).split (*Map).growTo* (*Map).installTableSplit (*Map).replaceTable',
  },
  reflect: {
    read: 'mapaccess* Value.MapIndex',
    write: 'mapassign* Value.SetMapIndex',
    delete: 'mapdelete*',
    iterate: 'mapiter* mapIter* (*MapIter).* Value.MapKeys Value.MapRange Value.SetIterKey Value.SetIterValue',
    clear: 'mapclear',
    make: 'makemap MakeMap MakeMapWithSize',
  },
  maps: { clone: 'clone Clone', write: 'Copy' },
  sync: {
    read: '(*Map).Load',
    write: '(*Map).Store (*Map).LoadOrStore (*Map).Swap (*Map).CompareAndSwap',
    delete: '(*Map).Delete (*Map).LoadAndDelete (*Map).CompareAndDelete',
    iterate: '(*Map).Range',
    clear: '(*Map).Clear',
    grow: '(*Map).dirtyLocked',
  },
};
/** sync.Map since Go 1.24, and the map behind package unique in Go 1.23. */
const HASH_TRIE: Partial<Record<MapOperation, string>> = {
  read: '(*HashTrieMap[...]).Load',
  write: '(*HashTrieMap[...]).Store (*HashTrieMap[...]).LoadOrStore (*HashTrieMap[...]).Swap (*HashTrieMap[...]).CompareAndSwap',
  delete: '(*HashTrieMap[...]).Delete (*HashTrieMap[...]).LoadAndDelete (*HashTrieMap[...]).CompareAndDelete',
  iterate: '(*HashTrieMap[...]).Range (*HashTrieMap[...]).All (*HashTrieMap[...]).iter',
  clear: '(*HashTrieMap[...]).Clear',
  make: 'NewHashTrieMap',
  grow: '(*HashTrieMap[...]).expand',
};

/** Names that tell nothing by themselves: whoever calls them says what is done, or nothing is done to elements. */
const PARTS: Readonly<Record<string, string>> = {
  runtime:
    '(*hmap).* (*bmap).* advanceEvacuationMark bucketEvacuated bucketMask bucketShift copyKeys copyValues evacuated isEmpty ' +
    'makeBucketArray moveToBmap overLoadFactor sameSizeGrowForIssue69110Test tooManyOverflowBuckets tophash',
  'internal/runtime/maps':
    '(*Map).Used (*Map).directory* (*table).Used (*table).Print (*table).checkInvariants (*table).maxGrowthLeft (*table).reset* ' +
    '(*table).tombstones (*ctrlGroup).* (*groupReference).* (*groupsReference).* bitset* ctrlGroup* probeSeq.* makeProbeSeq ' +
    'newGroups newTable h1 h2 add alignUp alignUpPow2 depthToShift localDepthMask dump longStringQuickEqualityTest stringPtr ' +
    'OldMapKeyError mapKeyError* unhashableTypeError.* checkMasksAndShiftsAlignment ' +
    'AlgInit initAlgAES MemHash* StrHash memHash* mix mix32 r4 r8 readUnaligned* ' +
    'fatal newarray newobject rand typeString typedmemclr typedmemmove',
  'internal/reflectlite': 'maplen',
  reflect: '(*hiter).* (*rtype).Key MapOf bucketOf flag.panicNotMap groupAndSlotOf groupOf maplen',
  maps: 'keys values',
  sync: '(*Map).loadReadOnly (*Map).missLocked (*entry).* newEntry',
};
const HASH_TRIE_PARTS =
  '(*HashTrieMap[...]).find (*HashTrieMap[...]).init (*HashTrieMap[...]).initSlow (*entry[...]).* (*indirect[...]).* (*node[...]).* newEntryNode newIndirectNode';

type Rule = readonly [operation: MapOperation | null, pattern: RegExp];

/** By package: what its functions do, null for parts. */
const RULES: ReadonlyMap<string, readonly Rule[]> = compileRules(
  { ...FUNCTIONS, 'internal/sync': HASH_TRIE, 'internal/concurrent': HASH_TRIE },
  { ...PARTS, 'internal/sync': HASH_TRIE_PARTS, 'internal/concurrent': HASH_TRIE_PARTS },
);

/** What a function does to a map, by its full name; null for one that does nothing, or that does what its caller is for. */
export function mapOperationOf(name: string): MapOperation | null {
  return ruleOf(name)?.[0] ?? null;
}

/** Whether the table knows a function of maps: what it does, or that it tells nothing by itself. */
export function isKnownMapFunction(name: string): boolean {
  return ruleOf(name) !== undefined;
}

function ruleOf(name: string): Rule | undefined {
  const { package: path, rest } = splitName(name);
  const rules = RULES.get(path);
  if (rules === undefined) return undefined;
  const folded = foldTypeLists(rest);
  return rules.find(([, pattern]) => pattern.test(folded));
}

/** What a function says of a stack: what is done to a map; `inside`, its caller tells; `outside`, it is the program's. */
export type MapRole = MapOperation | 'inside' | 'outside';

/** Locks that sync.Map takes, and what the compiler makes to hash and compare keys; so are the names without a package
 * that parts in assembly have (memeqbody). */
const INSIDE = /^(?:sync\.|type(?::|\.)\.(?:hash|eq)\.)/;

export function mapRoleOf(name: string): MapRole {
  const operation = mapOperationOf(name);
  if (operation !== null) return operation;
  return INSIDE.test(name) || !name.includes('.') || isPlumbing(name) ? 'inside' : 'outside';
}

/** What a stack was doing to a map. */
export interface MapWork {
  /** What was called from outside the map; `grow` only where no more than that was seen. */
  readonly operation: MapOperation;
  readonly function: string;
  /** Whether the map was growing for it. */
  readonly grows: boolean;
}

/** What the functions of a stack, leaf first, were doing to a map before the program's own work begins; null for none. */
export function mapWorkOf(functions: Iterable<string>, roleOf: (name: string) => MapRole = mapRoleOf): MapWork | null {
  let found: MapWork | null = null;
  let grows = false;
  for (const name of functions) {
    const role = roleOf(name);
    if (role === 'outside') break;
    if (role === 'inside') continue;
    if (role === 'grow') grows = true;
    if (role !== 'grow' || found === null) found = { operation: role, function: name, grows };
  }
  return found === null ? null : { ...found, grows };
}

function compileRules(
  operations: Readonly<Record<string, Partial<Record<MapOperation, string>>>>,
  parts: Readonly<Record<string, string>>,
): Map<string, Rule[]> {
  const rules = new Map<string, Rule[]>();
  const add = (path: string, rule: Rule) => rules.set(path, [...(rules.get(path) ?? []), rule]);
  for (const [path, words] of Object.entries(operations))
    for (const operation of MAP_OPERATIONS) if (words[operation]) add(path, [operation, patternOf(words[operation])]);
  for (const [path, words] of Object.entries(parts)) add(path, [null, patternOf(words)]);
  return rules;
}

/** These functions of a package, and the functions within them. */
function patternOf(words: string): RegExp {
  const names = words.split(' ').map((word) => word.replace(/[.()[\]*]/g, '\\$&').replace(/\\\*$/, '[\\w.]*'));
  return new RegExp(`^(?:${names.join('|')})(?:\\[\\.{3}\\])?(?:\\.func\\d+(?:\\.\\d+)*|-range\\d+)*$`);
}
