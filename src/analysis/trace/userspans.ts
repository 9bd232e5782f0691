/** Tasks and regions that the program itself marked, by name. */

import type { TraceEvent } from '../../model/trace.ts';
import type { UserSpans } from '../../model/traceanalysis.ts';
import { DurationCounter } from './durations.ts';
import type { GoTrack } from './tracks.ts';
import type { Window } from './window.ts';

const DURATIONS = { exact: 4096, bits: 7 };
/** Names, and tasks that are open at the same time, beyond which the rest is counted together or not at all. */
const MAX_NAMES = 5000;
const MAX_OPEN = 1 << 20;
const OTHERS = '(other names)';

class Named {
  count = 0;
  readonly durations = new DurationCounter(DURATIONS);
}

export class UserSpanCounter {
  private readonly window: Window;
  private readonly tasks = new Map<string, Named>();
  private readonly regions = new Map<string, Named>();
  private readonly openTasks = new Map<number, { readonly name: string; readonly since: number }>();
  logs = 0;

  constructor(window: Window) {
    this.window = window;
  }

  /** `go` is whose event it is; the region that ends is still its innermost one. */
  take(event: TraceEvent, go: GoTrack | undefined): void {
    const { kind, name, time, subject } = event;
    if (!this.window.contains(time)) {
      if (kind === 'TaskEnd') this.openTasks.delete(subject);
      else if (kind === 'TaskBegin') this.openTask(subject, name, time);
      return;
    }
    if (kind === 'Log') this.logs++;
    else if (kind === 'TaskBegin') {
      namedOf(this.tasks, name).count++;
      this.openTask(subject, name, time);
    } else if (kind === 'TaskEnd') this.endTask(subject, name, time);
    else if (kind === 'RegionBegin') namedOf(this.regions, name).count++;
    else if (kind === 'RegionEnd') this.endRegion(event, go);
  }

  list(): { tasks: UserSpans[]; regions: UserSpans[] } {
    return { tasks: describe(this.tasks), regions: describe(this.regions) };
  }

  private openTask(id: number, name: string, since: number): void {
    if (this.openTasks.size < MAX_OPEN) this.openTasks.set(id, { name, since });
  }

  private endTask(id: number, name: string, time: number): void {
    const open = this.openTasks.get(id);
    this.openTasks.delete(id);
    // One that had begun before the trace or the window was not counted yet.
    if (open === undefined || open.since < this.window.from) namedOf(this.tasks, open?.name ?? name).count++;
    else namedOf(this.tasks, open.name).durations.add(time - open.since);
  }

  private endRegion({ name, value, time }: TraceEvent, go: GoTrack | undefined): void {
    const region = namedOf(this.regions, name);
    const since = value === 0 ? undefined : go?.regions?.at(-value)?.since;
    if (since === undefined || since < this.window.from) region.count++;
    else region.durations.add(time - since);
  }
}

function namedOf(all: Map<string, Named>, name: string): Named {
  const key = all.has(name) || all.size < MAX_NAMES ? name : OTHERS;
  let named = all.get(key);
  if (named === undefined) {
    named = new Named();
    all.set(key, named);
  }
  return named;
}

function describe(all: Map<string, Named>): UserSpans[] {
  return [...all]
    .map(([name, { count, durations }]) => ({ name, count, durations: durations.summarize() }))
    .sort((a, b) => b.durations.totalNs - a.durations.totalNs || b.count - a.count || (a.name < b.name ? -1 : 1));
}
