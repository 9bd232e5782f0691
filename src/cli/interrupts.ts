/** Ends the program at a signal, within a second and with nothing left behind. */

import { rmSync } from 'node:fs';
import vm from 'node:vm';
import { EXIT } from './exit.ts';

/** Milliseconds of work between two looks at signals and the terminal. */
const BREATH_MS = 50;

/** What the shell shows for a program that a signal ended: 128 and its number. */
const ENDING_SIGNALS = { SIGTERM: 143, SIGHUP: 129 } as const;

/** Files that are not whole yet. */
const unfinished = new Set<string>();

/** Ends with 130 at Ctrl-C. Other signals end the program by themselves as long as there is no unfinished file. */
export function endAtInterrupt(): void {
  process.on('SIGINT', () => process.exit(EXIT.interrupted));
  process.on('exit', removeUnfinished);
}

/** Has a file removed if the program ends before {@link keepFile}. */
export function trackUnfinished(file: string): void {
  if (unfinished.size === 0) for (const signal of signals()) process.on(signal, endBySignal);
  unfinished.add(file);
}

/** The file is whole, or gone. */
export function forgetUnfinished(file: string): void {
  unfinished.delete(file);
  if (unfinished.size === 0) for (const signal of signals()) process.off(signal, endBySignal);
}

function signals(): (keyof typeof ENDING_SIGNALS)[] {
  return Object.keys(ENDING_SIGNALS) as (keyof typeof ENDING_SIGNALS)[];
}

function endBySignal(signal: NodeJS.Signals): void {
  process.exit(ENDING_SIGNALS[signal as keyof typeof ENDING_SIGNALS]);
}

function removeUnfinished(): void {
  for (const file of unfinished) {
    try {
      rmSync(file, { force: true });
    } catch {
      // The program ends: there is nobody to tell.
    }
  }
}

let breathed = 0;

/** Lets signals and the terminal have a turn, if they had none for a while. */
export async function breathe(): Promise<void> {
  const now = performance.now();
  if (now - breathed < BREATH_MS) return;
  await new Promise((resolve) => setImmediate(resolve));
  breathed = performance.now();
}

let script: vm.Script | null = null;
const ENTRY = Symbol.for('goflame.interruptible');

/**
 * Does work that may keep the program busy for long, or for ever, so that Ctrl-C ends it all the same: while the event
 * loop waits, Node's own watchdog (`breakOnSigint`) is the only one that hears the signal. Costs some 70 µs.
 */
export async function interruptible<Result>(run: () => Result): Promise<Result> {
  await hearSignals();
  let result: { value: Result } | null = null;
  const work = () => {
    result = { value: run() };
  };
  Object.defineProperty(globalThis, ENTRY, { value: work, configurable: true });
  script ??= new vm.Script(`globalThis[Symbol.for(${JSON.stringify(ENTRY.description)})]()`);
  try {
    script.runInThisContext({ breakOnSigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException)?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') process.exit(EXIT.interrupted);
    throw error;
  }
  return (result as unknown as { value: Result }).value;
}

/**
 * Has signals handled that have come: the watchdog takes the handler's place, and one that waits for the event loop would
 * be lost. The second turn has the loop look for signals even where the first came right behind that look.
 */
async function hearSignals(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The same pieces, by as many as are made within some milliseconds, as {@link interruptible} work. */
export async function* interruptibleBatches<Piece>(pieces: Iterable<Piece>): AsyncGenerator<readonly Piece[]> {
  const iterator = pieces[Symbol.iterator]();
  for (;;) {
    const batch = await interruptible(() => takeFor(iterator, BREATH_MS));
    yield batch.pieces;
    if (batch.done) return;
  }
}

/** Pieces that come within some milliseconds, and whether there are more. */
function takeFor<Piece>(iterator: Iterator<Piece>, milliseconds: number): { pieces: Piece[]; done: boolean } {
  const pieces: Piece[] = [];
  const until = performance.now() + milliseconds;
  do {
    const next = iterator.next();
    if (next.done) return { pieces, done: true };
    pieces.push(next.value);
  } while (performance.now() < until);
  return { pieces, done: false };
}
