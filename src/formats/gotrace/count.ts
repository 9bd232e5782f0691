/** What a trace holds, counted as `go tool trace -d=parsed` prints it. */

import { DOUBLE } from '../../base/doubles.ts';
import { inputErrorOf, type Problem } from '../../base/errors.ts';
import { GO, type MoveCode, moveFrom } from '../../model/moves.ts';
import { NOBODY, type TraceEvent, type TracePart } from '../../model/trace.ts';

/** What a reader knows of the trace. */
export interface CountedReader {
  readonly version: string;
  readonly generations: number;
  readonly truncated: boolean;
  readonly unordered: boolean;
}

/** Counts while the events go by. */
export class TraceCounter {
  private readonly byKind: Record<string, number> = {};
  private readonly procs = new Set<number>();
  private readonly tasks = new Set<number>();
  private events = 0;
  /** By far most events: counted apart from {@link byKind}. */
  private transitions = 0;
  /** Those of goroutines that are told as moves. */
  private moves = 0;
  private goroutines = 0;
  private regions = 0;
  private lastTime = DOUBLE;

  constructor() {
    this.lastTime = 0;
  }

  add(event: TraceEvent): void {
    const { kind, subject } = event;
    this.events++;
    this.lastTime = event.time;
    if (kind === 'StateTransition') {
      this.transitions++;
      this.addTransition(event);
      return;
    }
    this.byKind[kind] = (this.byKind[kind] ?? 0) + 1;
    if (kind === 'TaskBegin' || kind === 'TaskEnd') this.tasks.add(subject);
    else if (kind === 'RegionBegin' || (kind === 'RegionEnd' && event.value === 0)) this.regions++;
  }

  /** Counts a transition of a goroutine that is told as a move. */
  move(code: MoveCode, elapsed: number): void {
    this.moves++;
    this.lastTime += elapsed;
    if (moveFrom(code) === GO.none) this.goroutines++;
  }

  private addTransition({ resource, subject, from, to }: TraceEvent): void {
    if (resource === 'proc') this.procs.add(subject);
    else if (from !== to && (from === 'Undetermined' || from === 'NotExist') && subject !== NOBODY) this.goroutines++;
  }

  /** The part of a trace that was read. @throws InputError where nothing of it was whole: there is nothing to show */
  finish(reader: CountedReader, first: Problem | null): TracePart {
    const part = this.part(reader.version, reader.generations, reader.truncated);
    if (reader.unordered) part.unordered = true;
    if (part.events > 0) return part;
    throw inputErrorOf(first, 'the trace is empty');
  }

  /** The counts as a part; `generations` as many as were whole. */
  part(version: string, generations: number, truncated: boolean): TracePart {
    const transitions = this.transitions + this.moves;
    const byKind: Record<string, number> = { ...this.byKind, ...(transitions > 0 ? { StateTransition: transitions } : {}) };
    return {
      format: 'go-trace',
      offset: 0,
      version,
      events: this.events + this.moves,
      eventsByKind: Object.fromEntries(Object.entries(byKind).sort(([a], [b]) => (a < b ? -1 : 1))),
      generations,
      durationNs: this.lastTime,
      procs: this.procs.size,
      goroutines: this.goroutines,
      cpuSamples: byKind.StackSample ?? 0,
      tasks: this.tasks.size,
      regions: this.regions,
      logs: byKind.Log ?? 0,
      truncated,
    };
  }
}
