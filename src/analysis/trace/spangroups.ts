/** Weights by group and stack: frames at the root that say of which state, P, goroutine or task the time was. */

import type { StackId } from '../../model/stacks.ts';
import { GO_STATE_NAMES, type GoTrack, GS, type GState } from './tracks.ts';

/** What spans of a trace can be grouped by. */
export const TRACE_GROUP_KEYS = ['state', 'reason', 'proc', 'goroutine', 'entry', 'task', 'region', 'file'] as const;
export type TraceGroupKey = (typeof TRACE_GROUP_KEYS)[number] | `file=${string}`;

export interface SpanOwner {
  readonly go: GoTrack | null;
  readonly proc: number | null;
  readonly state: GState;
  readonly taskName: string | null;
}

/** Groups beyond are counted together: a group for every span is none. */
const MAX_GROUPS = 1 << 16;
const OTHERS = '(other groups)';

interface Group {
  readonly texts: readonly string[];
  readonly weights: Map<StackId, number>;
}

export class SpanGroups {
  private readonly keys: readonly TraceGroupKey[];
  private readonly groups = new Map<string, Group>();

  constructor(keys: readonly TraceGroupKey[]) {
    this.keys = keys;
  }

  add(owner: SpanOwner, stack: StackId, weight: number): void {
    this.addTo(this.keys.length === 0 ? [] : this.keys.map((key) => textOf(key, owner)), stack, weight);
  }

  addTo(texts: readonly string[], stack: StackId, weight: number): void {
    const { weights } = this.groupOf(texts);
    weights.set(stack, (weights.get(stack) ?? 0) + weight);
  }

  /** Groups and stacks in the order of first sight. */
  list(sink: (groups: readonly string[], stack: StackId, weight: number) => void): void {
    for (const { texts, weights } of this.groups.values()) {
      for (const [stack, weight] of weights) sink(texts, stack, weight);
    }
  }

  private groupOf(texts: readonly string[]): Group {
    const key = texts.length === 0 ? '' : texts.join('\0');
    const known = this.groups.get(key);
    if (known !== undefined) return known;
    if (this.groups.size >= MAX_GROUPS && texts[0] !== OTHERS) return this.groupOf(texts.map(() => OTHERS));
    const group = { texts, weights: new Map() };
    this.groups.set(key, group);
    return group;
  }
}

function textOf(key: TraceGroupKey, { go, proc, state, taskName }: SpanOwner): string {
  if (key.startsWith('file=')) return key.slice('file='.length);
  if (key === 'state') return GO_STATE_NAMES[state];
  if (key === 'reason')
    return state === GS.waiting ? (go?.reason === '' || go === null ? '(no reason)' : go.reason) : GO_STATE_NAMES[state];
  if (key === 'proc') return proc === null ? '(no P)' : `P ${proc}`;
  if (key === 'goroutine') return go === null ? '(no goroutine)' : `goroutine ${go.id}`;
  if (key === 'entry') return go?.entry == null || go.entry === '' ? '(unknown entry)' : go.entry;
  if (key === 'task') return taskName ?? '(no task)';
  const region = go?.regions?.at(-1)?.name;
  return region === undefined ? '(no region)' : region === '' ? '(no name)' : region;
}
