/** Chains of go statements: who made a goroutine, who made that one, as far as a dump tells. */

import type { DumpPart } from '../model/evidence.ts';
import type { Creator, Goroutine } from '../model/snapshot.ts';
import type { FrameId } from '../model/stacks.ts';

/** Go statements of one chain that are shown. */
const MAX_CHAIN = 100;

export class CreationChains {
  /** The goroutines of each dump by id; a dump's ids are unique but for those of system stacks. */
  private readonly dumps = new Map<DumpPart, Goroutine[]>();

  add(goroutine: Goroutine, part: DumpPart): void {
    const known = this.dumps.get(part);
    if (known === undefined) this.dumps.set(part, [goroutine]);
    else known.push(goroutine);
  }

  /** Every goroutine with the frames of the go statements that led to it, the first one first. */
  *list(): Generator<{ goroutine: Goroutine; chain: readonly FrameId[] }> {
    for (const goroutines of this.dumps.values()) {
      const byId = new Map(goroutines.map((goroutine) => [goroutine.id, goroutine]));
      for (const goroutine of goroutines) yield { goroutine, chain: chainOf(goroutine, byId) };
    }
  }
}

/** Follows the parents; a cycle (ids of a damaged or merged dump) ends the chain. */
function chainOf(goroutine: Goroutine, byId: ReadonlyMap<number, Goroutine>): FrameId[] {
  const chain: FrameId[] = [];
  const seen = new Set([goroutine.id]);
  let creator: Creator | null = goroutine.createdBy;
  let at: Goroutine | undefined = goroutine;
  while (creator !== null && chain.length < MAX_CHAIN) {
    chain.push(creator.frame);
    const parent: number | null = creator.goroutine ?? at?.ancestors[0]?.id ?? null;
    if (parent === null || seen.has(parent)) break;
    seen.add(parent);
    const next: Goroutine | undefined = byId.get(parent);
    if (next === undefined && at !== undefined) return [...chain, ...ancestorCreators(at)].reverse();
    at = next;
    creator = next?.createdBy ?? null;
  }
  return chain.reverse();
}

/** What GODEBUG=tracebackancestors printed of parents that have ended since. */
function ancestorCreators(goroutine: Goroutine): FrameId[] {
  return goroutine.ancestors.flatMap(({ createdBy }) => (createdBy === null ? [] : [createdBy.frame]));
}
