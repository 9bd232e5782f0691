/**
 * What a stack seen on a P says about the work that held it. Functions of maps are in model/mapfunctions.ts; names of the
 * runtime's others: src/runtime/malloc.go, mgcmark.go, memmove_*.s, memclr_*.s.
 */

import { type MapRole, type MapWork, mapOperationOf, mapRoleOf, mapWorkOf } from '../../model/mapfunctions.ts';
import { isElided, NO_STACK, type StackId, type StackTable } from '../../model/stacks.ts';
import { HOTSPOT_KINDS, type HotspotKind } from '../../model/traceanalysis.ts';

/** Index into HOTSPOT_KINDS. */
export type KindCode = number;

export const KIND = Object.fromEntries(HOTSPOT_KINDS.map((kind, code) => [kind, code])) as Readonly<
  Record<HotspotKind, KindCode>
>;
export const KIND_COUNT = HOTSPOT_KINDS.length;

const GC_WORKER = /^runtime\.gcBgMarkWorker(?:\.func\d+)?$/;
const ASSIST = /^runtime\.gcAssistAlloc\d?(?:\.func\d+)?$/;
/** Only as the leaf: who calls it is what it works for. */
const MOVE = /^runtime\.(?:memmove|memclr\w*|typedmemmove|bulkBarrier\w*)$/;
const ALLOCATION =
  /^runtime\.(?:mallocgc\w*|newobject|newarray|makeslice\w*|growslice|makechan\w*|rawstring\w*|rawbyteslice|concatstring\w*)$/;
const SYSCALL =
  /^(?:syscall\.(?:Raw)?Syscall\w*|internal\/runtime\/syscall(?:\/\w+)?\.Syscall\w*|runtime\/internal\/syscall\.Syscall\w*|runtime\.cgocall)$/;

/** Which is looked for, first one first: in any frame, or in the leaf alone. What is done to a map comes in between. */
const RULES: readonly { readonly kind: KindCode; readonly pattern: RegExp; readonly leafOnly: boolean }[] = [
  { kind: KIND['GC worker'], pattern: GC_WORKER, leafOnly: false },
  { kind: KIND['GC assist'], pattern: ASSIST, leafOnly: false },
  { kind: KIND['memmove/memclr'], pattern: MOVE, leafOnly: true },
  { kind: KIND.allocation, pattern: ALLOCATION, leafOnly: false },
  { kind: KIND.syscall, pattern: SYSCALL, leafOnly: false },
];
/** Growth of a map comes before all rules, another operation on one after so many; functions that do one have this bit. */
const BEFORE_MAPS = 2;
const OF_MAPS = 1 << RULES.length;

/** Kinds of stacks, each looked at once. */
export class StackKinds {
  private readonly stacks: StackTable;
  /** By stack: kind + 1, 0 while it is not known. */
  private known = new Uint8Array(1024);
  /** By function: rules that it matches, one bit each. */
  private readonly matches: number[] = [];
  /** By stack that was inside a map, and by name of a function in one. */
  private readonly works = new Map<StackId, MapWork | null>();
  private readonly roles = new Map<string, MapRole>();

  constructor(stacks: StackTable) {
    this.stacks = stacks;
  }

  kindOf(stack: StackId): KindCode {
    if (stack === NO_STACK) return KIND['user code'];
    if (stack >= this.known.length) {
      const wider = new Uint8Array(Math.max(stack + 1, this.known.length * 2));
      wider.set(this.known);
      this.known = wider;
    }
    if (this.known[stack] === 0) this.known[stack] = this.classify(stack) + 1;
    return this.known[stack] - 1;
  }

  /** What a stack of a kind of map was doing to it; null for other kinds. */
  mapWorkOf(stack: StackId): MapWork | null {
    const kind = this.kindOf(stack);
    if (kind !== KIND['map growth'] && kind !== KIND['map operation']) return null;
    let work = this.works.get(stack);
    if (work === undefined) {
      work = this.lookIntoMap(stack);
      this.works.set(stack, work);
    }
    return work;
  }

  /** Whether it is of a goroutine that a signal has stopped where it was. */
  isAsync(stack: StackId): boolean {
    const leaf = this.stacks.frame(this.stacks.leafOf(stack));
    return !isElided(leaf) && leaf.function.startsWith('runtime.asyncPreempt');
  }

  private classify(stack: StackId): KindCode {
    const frames = this.stacks.framesOf(stack).map((frame) => this.matchesOf(this.stacks.functionIdOf(frame)));
    const anywhere = frames.reduce((all, bits) => all | bits, 0);
    const leaf = frames[0] ?? 0;
    const rule = RULES.findIndex(({ leafOnly }, i) => ((leafOnly ? leaf : anywhere) & (1 << i)) !== 0);
    const work = (anywhere & OF_MAPS) === 0 ? null : this.lookIntoMap(stack);
    if (work?.grows) return KIND['map growth'];
    if (work !== null && !(rule >= 0 && rule < BEFORE_MAPS)) return KIND['map operation'];
    return rule < 0 ? KIND['user code'] : RULES[rule].kind;
  }

  private lookIntoMap(stack: StackId): MapWork | null {
    const frames = this.stacks.framesAt(stack).flatMap((frame) => (isElided(frame) ? [] : [frame.function]));
    return mapWorkOf(frames, (name) => this.roleOf(name));
  }

  private roleOf(name: string): MapRole {
    let role = this.roles.get(name);
    if (role === undefined) {
      role = mapRoleOf(name);
      this.roles.set(name, role);
    }
    return role;
  }

  private matchesOf(functionId: number): number {
    if (functionId < 0) return 0;
    let bits = this.matches[functionId];
    if (bits === undefined) {
      const name = this.stacks.functionName(functionId);
      bits = RULES.reduce((all, { pattern }, i) => (pattern.test(name) ? all | (1 << i) : all), 0);
      if (mapOperationOf(name) !== null) bits |= OF_MAPS;
      this.matches[functionId] = bits;
    }
    return bits;
  }
}
