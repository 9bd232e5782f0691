/**
 * What a stack seen on a P says about the work that held it. Names of the runtime's functions: src/runtime/map.go and
 * map_fast*.go up to Go 1.23, src/internal/runtime/maps since, malloc.go, mgcmark.go, memmove_*.s, memclr_*.s.
 */

import { isElided, NO_STACK, type StackId, type StackTable } from '../../model/stacks.ts';
import { HOTSPOT_KINDS, type HotspotKind } from '../../model/traceanalysis.ts';

/** Index into HOTSPOT_KINDS. */
export type KindCode = number;

export const KIND = Object.fromEntries(HOTSPOT_KINDS.map((kind, code) => [kind, code])) as Readonly<
  Record<HotspotKind, KindCode>
>;
export const KIND_COUNT = HOTSPOT_KINDS.length;

/** A map that moves its elements: the bucket array doubles, or a table does or splits. */
const GROWTH =
  /^(?:runtime\.(?:hashGrow|growWork\w*|evacuate\w*)|internal\/runtime\/maps\.\((?:\*table\)\.(?:rehash|grow|split)|\*Map\)\.(?:growToTable|growToSmall|installTableSplit)))$/;
const MAP_OPERATION =
  /^(?:runtime\.map(?:assign|access|delete|iter|clear|clone)\w*|internal\/runtime\/maps\.\S+|runtime\.makemap\w*)$/;
const GC_WORKER = /^runtime\.gcBgMarkWorker(?:\.func\d+)?$/;
const ASSIST = /^runtime\.gcAssistAlloc\d?(?:\.func\d+)?$/;
/** Only as the leaf: who calls it is what it works for. */
const MOVE = /^runtime\.(?:memmove|memclr\w*|typedmemmove|bulkBarrier\w*)$/;
const ALLOCATION =
  /^runtime\.(?:mallocgc\w*|newobject|newarray|makeslice\w*|growslice|makechan\w*|rawstring\w*|rawbyteslice|concatstring\w*)$/;
const SYSCALL =
  /^(?:syscall\.(?:Raw)?Syscall\w*|internal\/runtime\/syscall(?:\/\w+)?\.Syscall\w*|runtime\/internal\/syscall\.Syscall\w*|runtime\.cgocall)$/;

/** Which is looked for, first one first: in any frame, or in the leaf alone. */
const RULES: readonly { readonly kind: KindCode; readonly pattern: RegExp; readonly leafOnly: boolean }[] = [
  { kind: KIND['map growth'], pattern: GROWTH, leafOnly: false },
  { kind: KIND['GC worker'], pattern: GC_WORKER, leafOnly: false },
  { kind: KIND['GC assist'], pattern: ASSIST, leafOnly: false },
  { kind: KIND['map operation'], pattern: MAP_OPERATION, leafOnly: false },
  { kind: KIND['memmove/memclr'], pattern: MOVE, leafOnly: true },
  { kind: KIND.allocation, pattern: ALLOCATION, leafOnly: false },
  { kind: KIND.syscall, pattern: SYSCALL, leafOnly: false },
];

/** Kinds of stacks, each looked at once. */
export class StackKinds {
  private readonly stacks: StackTable;
  /** By stack: kind + 1, 0 while it is not known. */
  private known = new Uint8Array(1024);
  /** By function: rules that it matches, one bit each, and one that says it was looked at. */
  private readonly matches: number[] = [];

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

  /** The map's function in a stack that was called from outside the map; null without one. */
  mapFunctionOf(stack: StackId): string | null {
    let found: string | null = null;
    for (const id of this.stacks.framesOf(stack)) {
      const frame = this.stacks.frame(id);
      if (isElided(frame)) continue;
      if (GROWTH.test(frame.function) || MAP_OPERATION.test(frame.function)) found = frame.function;
    }
    return found;
  }

  private classify(stack: StackId): KindCode {
    const frames = this.stacks.framesOf(stack).map((frame) => this.matchesOf(this.stacks.functionIdOf(frame)));
    const anywhere = frames.reduce((all, bits) => all | bits, 0);
    const leaf = frames[0] ?? 0;
    const rule = RULES.findIndex(({ leafOnly }, i) => ((leafOnly ? leaf : anywhere) & (1 << i)) !== 0);
    return rule < 0 ? KIND['user code'] : RULES[rule].kind;
  }

  private matchesOf(functionId: number): number {
    if (functionId < 0) return 0;
    let bits = this.matches[functionId];
    if (bits === undefined) {
      const name = this.stacks.functionName(functionId);
      bits = RULES.reduce((all, { pattern }, i) => (pattern.test(name) ? all | (1 << i) : all), 0);
      this.matches[functionId] = bits;
    }
    return bits;
  }
}
