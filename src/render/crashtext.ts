/** Why a program died and in which goroutine, as text for a terminal. */

import { type Crash, type Goroutine, isAskedFor, type LooseStack } from '../model/snapshot.ts';
import type { DumpSummary } from '../model/summary.ts';
import { adviceOn } from './crashadvice.ts';
import type { Paint } from './inspectplain.ts';
import { printable, wrapLine } from './textblocks.ts';

/** How the page around writes lines. */
export interface CrashPage {
  readonly columns: number;
  readonly paint: Paint;
  title(text: string): Iterable<string>;
  /** A line of a message, in full or as much of it as can be overlooked. */
  message(text: string): Iterable<string>;
  stack(of: Pick<Goroutine, 'stack' | 'stackAvailable' | 'createdBy'>): Iterable<string>;
  /** Words behind a goroutine's state. */
  stateOf(goroutine: Goroutine): string;
}

const INDENT = '  ';
const MAX_MESSAGE = 20;
const MAX_EARLIER = 5;
const MAX_NOTES = 10;

/** The reason: the value that killed the program, those before it, and what the runtime says beside them. */
export function* reasonLines({ part }: DumpSummary, page: CrashPage): Generator<string> {
  const { crash, servedPanic } = part;
  if (servedPanic !== null && servedPanic.client === '')
    yield* page.message('a panic that net/http caught, of what is not in the text');
  else if (servedPanic !== null) yield* reason('panic served to', `${servedPanic.client}: ${servedPanic.message}`, page);
  if (crash === null) return;
  if (crash.kind === 'unknown') yield* page.message('a crash, of what is not in the text');
  else if (crash.kind === 'recovered') yield* recovered(crash, page);
  else yield* died(crash, page);
}

function* died(crash: Crash, page: CrashPage): Generator<string> {
  const { chain } = crash;
  const last = chain.at(-1);
  if (last === undefined) yield* reason(crash.kind, crash.message, page);
  else yield* reason(last.kind, last.message + markOf(last), page);
  const earlier = chain.slice(0, -1).toReversed();
  for (const value of earlier.slice(0, MAX_EARLIER)) {
    const [first] = value.message.split('\n').filter((line) => line.trim() !== '');
    yield* wrapped(`after ${value.kind}: ${printable((first ?? '') + markOf(value))}`, page);
  }
  if (earlier.length > MAX_EARLIER) yield INDENT + page.paint.dim(`… ${earlier.length - MAX_EARLIER} panics before these`);
  if (isAskedFor(crash)) return;
  const notes = crash.notes ?? [];
  for (const note of notes.slice(0, MAX_NOTES)) yield* wrapped(printable(note.trim()), page);
  if (notes.length > MAX_NOTES) yield INDENT + page.paint.dim(`… ${notes.length - MAX_NOTES} more lines; --json has all`);
  for (const advice of adviceOn(crash)) yield* wrapLine(INDENT + advice, page.columns);
}

function* recovered({ message }: Crash, page: CrashPage): Generator<string> {
  if (message === '') yield* page.message('a panic that was caught, of what is not in the text');
  else yield* reason('recovered panic', message, page);
}

function markOf({ recovered: isCaught, repanicked }: Crash['chain'][number]): string {
  if (repanicked) return ' [recovered, repanicked]';
  return isCaught ? ' [recovered]' : '';
}

/** Lines of a message that begins with blank ones stand below its kind. */
function* reason(kind: string, message: string, page: CrashPage): Generator<string> {
  const [head, ...rest] = message.replace(/\s+$/, '').split('\n');
  yield* page.message(printable(`${kind}: ${head}`).trimEnd());
  for (const line of rest.slice(0, MAX_MESSAGE)) yield* page.message(`  ${printable(line.replace(/^\t/, ''))}`.trimEnd());
  if (rest.length > MAX_MESSAGE) yield `${INDENT}  (${rest.length - MAX_MESSAGE} more lines)`;
}

function* wrapped(text: string, { columns, paint }: CrashPage): Generator<string> {
  for (const line of wrapLine(INDENT + text, columns)) yield paint.dim(line);
}

/** Who crashed, and the stacks that no goroutine is known of. */
export function* crashedLines(summary: DumpSummary, page: CrashPage): Generator<string> {
  const { part, crashed, caller } = summary;
  if (crashed !== null) yield* crashedGoroutine(crashed, caller, page, part.crash?.kind === 'recovered');
  else if (part.crash?.message.endsWith(' - deadlock!')) yield* page.title('No goroutine crashed: all of them wait');
  const word = blames(summary) ? (part.crash?.kind === 'recovered' ? 'Caught' : 'Crashed') : null;
  for (const [at, loose] of part.looseStacks.entries()) yield* looseStack(loose, at === 0 ? word : null, page);
}

/** Whether the first stack without a goroutine is where the program died. */
function blames({ part, crashed }: DumpSummary): boolean {
  const { crash } = part;
  return crashed === null && crash !== null && !crash.message.endsWith(' - deadlock!') && !isAskedFor(crash);
}

function* crashedGoroutine(
  goroutine: Goroutine,
  caller: Goroutine | null,
  page: CrashPage,
  isCaught: boolean,
): Generator<string> {
  const { id, line } = goroutine;
  const where = id === 0 ? "a thread's system stack, goroutine 0" : `goroutine ${id}`;
  yield* page.title(`${isCaught ? 'Caught' : 'Crashed'} in ${where} (${page.stateOf(goroutine)}), line ${line}`);
  yield* page.stack(goroutine);
  if (caller !== null) yield `${' '.repeat(9)}called by goroutine ${caller.id} (${page.stateOf(caller)}), line ${caller.line}`;
}

function* looseStack({ of, stack, createdBy, line }: LooseStack, word: string | null, page: CrashPage): Generator<string> {
  const what = of === 'runtime' ? "a thread's runtime stack" : 'a stack whose goroutine is not told';
  yield* page.title(`${word === null ? `${what[0].toUpperCase()}${what.slice(1)}` : `${word} on ${what}`}, line ${line}`);
  yield* page.stack({ stack, stackAvailable: true, createdBy });
}
