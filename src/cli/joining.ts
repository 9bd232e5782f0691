/** Looks for the goroutines of crashes in the traces that are given with them. */

import { JoinSource } from '../analysis/trace/crashjoin.ts';
import type { CrashJoin } from '../model/crashjoin.ts';
import type { EvidenceSink } from '../model/evidence.ts';
import type { StackTable } from '../model/stacks.ts';
import type { PartSummary } from '../model/summary.ts';

interface NamedInput {
  readonly file: string;
  readonly summaries: readonly PartSummary[];
}

export class Joiner {
  private readonly wanted: boolean;
  private readonly sources: JoinSource[] = [];

  /** `files`: how many are read; one alone joins nothing. */
  constructor(files: number) {
    this.wanted = files > 1;
  }

  /** What the next input's evidence is to be handed to. */
  sinks(stacks: StackTable): EvidenceSink[] {
    if (!this.wanted) return [];
    const source = new JoinSource(stacks);
    this.sources.push(source);
    return [source];
  }

  /** Each trace with each crash of the other inputs. */
  join(inputs: readonly NamedInput[]): CrashJoin[] {
    return this.sources.flatMap((source, i) =>
      this.sources.flatMap((other, j) =>
        i === j ? [] : source.joinWith(other, inputs[j].summaries, { trace: inputs[i].file, crash: inputs[j].file }),
      ),
    );
  }
}
