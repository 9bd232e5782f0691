/** An emulated run on a terminal: what happened, in a few lines. */

import type { ProcMode, RunActivity, RunGrowth, RunSummary } from '../model/emulation.ts';
import type { Paint } from './inspecttext.ts';
import { padEnd, padStart, printable } from './textblocks.ts';
import { formatBytes, formatDuration, formatPercent } from './units.ts';

export interface EmulateTextOptions {
  readonly paint: Paint;
  /** Growths shown at most. */
  readonly top: number;
}

/** Columns of the table of Ps: modes that are told apart, by heading. */
const COLUMNS: readonly (readonly [string, readonly ProcMode[]])[] = [
  ['user', ['user']],
  ['growing', ['growing']],
  ['GC', ['mark', 'sweep']],
  ['assist', ['assist']],
  ['stopped', ['stopped']],
  ['syscall', ['syscall']],
  ['sched', ['scheduling']],
  ['idle', ['idle']],
];
const WIDTH = 9;

export function* writeEmulateText(run: RunSummary, options: EmulateTextOptions): Generator<string> {
  yield* headLines(run, options);
  yield* faultLines(run, options);
  yield* waitLines(run, options);
  yield* procLines(run, options);
  yield* activityLines(run, options);
  yield* growthLines(run, options);
  yield* collectorLines(run);
}

function* headLines(run: RunSummary, { paint }: EmulateTextOptions): Generator<string> {
  const parameters = Object.entries(run.parameters).map(([name, value]) => `${name}=${value}`);
  yield `${paint.bold(printable(run.scenario))}  ${printable(parameters.join(' '))}\n`;
  yield `Go ${run.release}, GOMAXPROCS=${run.gomaxprocs}, seed ${run.seed}: ${endingText(run)} after ${formatDuration(run.durationNs)} `;
  yield `of model time, ${run.goroutines} goroutines, ${run.threads} threads, ${run.events.toLocaleString('en')} events\n`;
  for (const line of run.output) yield `  ${printable(line)}\n`;
}

function endingText({ ending, exitCode }: RunSummary): string {
  switch (ending) {
    case 'returned':
      return 'main returned';
    case 'exited':
      return `os.Exit(${exitCode})`;
    case 'fault':
      return 'died';
    case 'deadlock':
      return 'deadlock';
    default:
      return `${ending} reached`;
  }
}

function* faultLines(run: RunSummary, { paint }: EmulateTextOptions): Generator<string> {
  const { fault, races, findings, ending } = run;
  if (ending === 'deadlock') yield `${paint.red('fatal error: all goroutines are asleep - deadlock!')}\n`;
  if (fault !== null) {
    yield `${paint.red(printable(`${fault.kind}: ${fault.message}`))}\n`;
    yield `  goroutine ${fault.goroutine} at ${printable(fault.place)}\n`;
    for (const { goroutine, place } of fault.others) yield `  goroutine ${goroutine} was inside the map at ${printable(place)}\n`;
  }
  const [first, ...rest] = findings;
  if (first !== undefined)
    yield `${paint.yellow('wrong:')} ${printable(first)}${rest.length === 0 ? '' : ` (and ${rest.length} more)`}\n`;
  if (races !== null && races > 0)
    yield `${paint.yellow('race detector:')} ${races} race${races === 1 ? '' : 's'}, whatever the schedule showed\n`;
}

function* procLines({ procs, durationNs }: RunSummary, { paint }: EmulateTextOptions): Generator<string> {
  const shown = COLUMNS.filter(([, modes]) => procs.some(({ modeNs }) => modes.some((mode) => modeNs[mode] > 0)));
  yield `\n${paint.bold(padEnd('P', 4))}${shown.map(([name]) => paint.dim(padStart(name, WIDTH))).join('')}\n`;
  for (const { id, modeNs } of procs) {
    const cells = shown.map(([, modes]) => {
      const ns = modes.reduce((sum, mode) => sum + modeNs[mode], 0);
      return padStart(formatPercent(ns, durationNs), WIDTH);
    });
    yield `${padEnd(String(id), 4)}${cells.join('')}\n`;
  }
}

const SHOWN_WAITS = 5;

/** Who waits for what at the end. */
function* waitLines({ waits, ending }: RunSummary, { paint }: EmulateTextOptions): Generator<string> {
  if (waits.length === 0) return;
  if (ending !== 'deadlock')
    yield `${paint.yellow(`${waits.length} goroutine${waits.length === 1 ? '' : 's'} left behind when main returned`)}\n`;
  for (const wait of waits.slice(0, SHOWN_WAITS)) yield `  ${printable(wait)}\n`;
  if (waits.length > SHOWN_WAITS) yield paint.dim(`  … and ${waits.length - SHOWN_WAITS} more\n`);
}

/** What the scheduler and the locks did, a sentence for each; nothing of what did not happen. */
function* activityLines({ activity }: RunSummary, { paint }: EmulateTextOptions): Generator<string> {
  const sentences = activitySentences(activity);
  if (sentences.length === 0) return;
  yield `\n${paint.bold('Scheduler')}\n`;
  for (const sentence of sentences) yield `  ${printable(sentence)}\n`;
}

function times(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

/** A wait for a P that is worth a word: longer than a wake-up takes. */
const LONG_READY_NS = 100_000;

function activitySentences(did: RunActivity): string[] {
  const { longestReady, longestReadyNs } = did;
  const sentences: (string | false)[] = [
    did.overflows > 0 &&
      `the local queue of a P was full ${times(did.overflows, 'time')}: ${times(did.overflowed, 'goroutine')} went to the global queue`,
    did.globalTakes > 0 &&
      `Ps took ${times(did.globalTaken, 'goroutine')} from the global queue, in ${did.globalTakes === 1 ? 'one go' : `${did.globalTakes.toLocaleString('en')} goes`}`,
    did.steals > 0 && `Ps stole from each other ${times(did.steals, 'time')}: ${times(did.stolen, 'goroutine')}`,
    did.inherited > 0 && `a goroutine ran in the time slice of the one that woke it ${times(did.inherited, 'time')} (runnext)`,
    did.retakes > 0 && `sysmon took ${times(did.retakes, 'P')} back from system calls`,
    did.handOffs > 0 && `a P was handed to another thread ${times(did.handOffs, 'time')}`,
    did.networkAnswers > 0 && `the network woke ${times(did.networkAnswers, 'goroutine')}`,
    did.lockWaits > 0 &&
      `goroutines waited for a mutex ${times(did.lockWaits, 'time')}${did.longestLockNs > 0 ? `, at most ${formatDuration(did.longestLockNs)} for one` : ''}`,
    did.starvations > 0 &&
      `a mutex went into starvation mode ${times(did.starvations, 'time')}, after a millisecond, and was handed to a waiter ${times(did.lockHandOffs, 'time')}`,
    longestReady !== null &&
      longestReadyNs >= LONG_READY_NS &&
      `${longestReady} waited longest for a P: ${formatDuration(longestReadyNs)}`,
  ];
  return sentences.filter((sentence) => sentence !== false);
}

function* growthLines(run: RunSummary, { paint, top }: EmulateTextOptions): Generator<string> {
  const growths = run.growths.filter((growth) => growth.kind !== 'first');
  if (growths.length === 0) return;
  const total = growths.reduce((sum, growth) => sum + growth.cost, 0);
  const used = run.procs.reduce((sum, { modeNs }) => sum + modeNs.user + modeNs.growing, 0);
  const since = growths.reduce((first, { beganAt }) => Math.min(first, beganAt), growths[0].beganAt);
  const maps = run.maps.length === 1 ? 'one map' : `${run.maps.length} maps`;
  yield `\n${paint.bold(`${growths.length} growths`)} of ${maps} from ${formatDuration(since)} on: ${formatDuration(total)} of CPU, ${formatPercent(total, used)} of the program's\n`;
  const largest = [...growths].sort((a, b) => b.cost - a.cost || a.beganAt - b.beganAt).slice(0, top);
  for (const growth of largest) yield `  ${growthText(growth, run)}\n`;
  if (growths.length > largest.length) yield paint.dim(`  … and ${growths.length - largest.length} shorter ones\n`);
}

function growthText(growth: RunGrowth, run: RunSummary): string {
  const { kind, count, from, to, beganAt, endedAt, cost, operations } = growth;
  const which = run.maps.length > 1 ? `map ${growth.map}, ` : '';
  const spread = operations > 1 ? ` in ${operations} operations` : ' at once';
  const end = endedAt === null ? 'not over at the end' : `over after ${formatDuration(endedAt - beganAt)}`;
  const at = padStart(formatDuration(beganAt), 8);
  return `${at}  ${which}${kind} ${from} → ${to} slots at ${count} entries: ${formatDuration(cost)}${spread}, ${end}`;
}

function* collectorLines({ collections, stops }: RunSummary): Generator<string> {
  if (collections.length === 0) return;
  const marked = collections.reduce((sum, { beganAt, endedAt }) => sum + endedAt - beganAt, 0);
  const stopped = stops.reduce((sum, { beganAt, endedAt }) => sum + endedAt - beganAt, 0);
  const longest = stops.reduce((most, { beganAt, endedAt }) => Math.max(most, endedAt - beganAt), 0);
  const last = collections[collections.length - 1];
  yield `\n${collections.length} collection${collections.length === 1 ? '' : 's'}: marking for ${formatDuration(marked)}, the world stopped for ${formatDuration(stopped)} `;
  yield `(longest ${formatDuration(longest)}), ${formatBytes(last.live)} live behind the last\n`;
}
