/**
 * Writes goroutine dumps and crashes as the runtime of Go 1.19 to 1.27 does (see machine.ts and header.ts for the form, and
 * runtime/traceback.go and panic.go). Reading them back gives the same goroutines; what the model does not hold, the
 * offsets behind places, is made up, and arguments are shown where the goroutine has them.
 */

import type { Crash, Creator, Goroutine, PanicValue } from '../../model/snapshot.ts';
import {
  type CallFrame,
  elidedText,
  type Frame,
  type FrameId,
  isElided,
  type StackId,
  type StackTable,
} from '../../model/stacks.ts';
import { quoteGo } from '../text/quoting.ts';
import { offsetText, placeText } from '../text/writing.ts';

export interface DumpText {
  readonly stacks: StackTable;
  /** Why the program died; null for a dump of one that lives on. */
  readonly crash: Crash | null;
  /** In the order in which they are to stand; of a crash, the one that died first. */
  readonly goroutines: readonly Goroutine[];
}

export interface DumpTextOptions {
  /** Of Go: the N of 1.N. */
  readonly release: number;
  /** `go run` says the exit status of a crash. */
  readonly goRun?: boolean;
}

export function writeDump({ stacks, crash, goroutines }: DumpText, options: DumpTextOptions): string {
  const { release } = options;
  const blocks = goroutines.map((goroutine) => goroutineLines(goroutine, stacks, release));
  const head = crash === null ? [] : crashLines(crash, release);
  if (head.length > 0) blocks.unshift(head);
  const lines = blocks.flatMap((block, at) => (at > 0 ? ['', ...block] : block));
  if (crash !== null && options.goRun) lines.push('exit status 2');
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

// ---- the head ----

function crashLines(crash: Crash, release: number): string[] {
  // frames tell of a crash without reason; of a panic that was caught a logger's line does
  if (crash.kind === 'unknown') return [];
  if (crash.kind === 'recovered') return [`recovered: ${crash.message.split('\n', 1)[0]}`];
  if (crash.chain.length === 0) return crash.kind === 'signal' ? [...crash.lines] : [`${crash.kind}: ${crash.message}`];
  const values = crash.chain.flatMap((value) => panicTexts(value, release));
  const signals = crash.lines.filter((line) => line.startsWith('[signal '));
  return [...values.map((text, at) => (at > 0 ? `\t${text}` : text)).flatMap((text) => text.split('\n')), ...signals];
}

/** One value of the chain. Before Go 1.25 a value that was panicked with again stood there twice. */
function panicTexts({ kind, message, recovered, repanicked }: PanicValue, release: number): string[] {
  const text = `${kind}: ${release >= 23 ? message.replaceAll('\n', '\n\t') : message}`;
  if (repanicked) return release >= 25 ? [`${text} [recovered, repanicked]`] : [`${text} [recovered]`, text];
  return [recovered ? `${text} [recovered]` : text];
}

// ---- goroutines ----

function goroutineLines(goroutine: Goroutine, stacks: StackTable, release: number): string[] {
  const lines = [headerText(goroutine, release)];
  if (!goroutine.stackAvailable) lines.push('\tgoroutine running on other thread; stack unavailable');
  else lines.push(...stackLines(stacks, goroutine.stack, release, goroutine.args));
  lines.push(...creatorLines(stacks, goroutine.createdBy, release));
  for (const { id, stack, createdBy } of goroutine.ancestors) {
    lines.push(`[originating from goroutine ${id}]:`, ...ancestorLines(stacks, stack));
    lines.push(...creatorLines(stacks, createdBy, release));
  }
  return lines;
}

function headerText(goroutine: Goroutine, release: number): string {
  const { id, state, waitMinutes, lockedToThread, bubble } = goroutine;
  const flags = (['leaked', 'scan', 'durable'] as const).filter((flag) => goroutine.flags.includes(flag));
  const status = [
    [state, ...flags.map((flag) => `(${flag})`)].join(' '),
    ...(waitMinutes > 0 ? [`${waitMinutes} minutes`] : []),
    ...(lockedToThread ? ['locked to thread'] : []),
    ...(bubble === null ? [] : [`synctest ${release >= 25 ? 'bubble' : 'group'} ${bubble}`]),
    ...goroutine.extra,
  ].join(', ');
  const { inside, behind } = labelTexts(goroutine, release);
  return `goroutine ${id} [${status}${inside}]${behind}:`;
}

/** Labels stand behind the brackets since Go 1.27; 1.26 prints them inside if asked to, and quotes them all. */
function labelTexts({ labels }: Goroutine, release: number): { inside: string; behind: string } {
  const pairs = Object.entries(labels);
  if (pairs.length === 0 || release < 26) return { inside: '', behind: '' };
  if (release === 26) {
    return { inside: ` labels:{${pairs.map(([key, value]) => `${quoteGo(key)}: ${quoteGo(value)}`).join(', ')}}`, behind: '' };
  }
  return { inside: '', behind: ` {${pairs.map(([key, value]) => `${plainOrQuoted(key)}: ${plainOrQuoted(value)}`).join(', ')}}` };
}

function plainOrQuoted(text: string): string {
  return /^[A-Za-z0-9._/]*$/.test(text) ? text : quoteGo(text);
}

/** Frames beyond this number are left out: in the middle since Go 1.21, the outermost before. */
const MAX_SHOWN = 100;

function stackLines(stacks: StackTable, stack: StackId, release: number, args: Goroutine['args']): string[] {
  const frames = stacks.framesAt(stack);
  const shown = frames.map((frame, at) => frameLines(frame, args?.[at] ?? null));
  if (frames.length <= MAX_SHOWN || frames.some(isElided)) return shown.flat();
  if (release < 21) return [...shown.slice(0, MAX_SHOWN).flat(), elidedText(null)];
  const half = MAX_SHOWN / 2;
  return [...shown.slice(0, half).flat(), elidedText(frames.length - MAX_SHOWN), ...shown.slice(-half).flat()];
}

/** What the compiler inlines of what goroutines wait in, and of what makes maps grow. */
const INLINED =
  /^(?:(?:internal\/)?sync\.\(\*Mutex\)\.(?:Lock|Unlock)|sync\.\(\*RWMutex\)\.RLock|internal\/runtime\/maps\.newGroups)$/;

/** Arguments `...` stand for an inlined call, which has no offset; unknown ones of other calls are left out. */
function frameLines(frame: Frame, known: string | null): string[] {
  if (isElided(frame)) return [elidedText(frame.elided)];
  const args = known ?? (INLINED.test(frame.function) ? '...' : '');
  return [`${frame.function}(${args})`, `\t${placeText(frame)}${args === '...' ? '' : offsetText(frame)}`];
}

function ancestorLines(stacks: StackTable, stack: StackId): string[] {
  return stacks
    .framesAt(stack)
    .flatMap((frame) =>
      isElided(frame) ? [elidedText(null)] : [`${frame.function}(...)`, `\t${placeText(frame)}${offsetText(frame)}`],
    );
}

function creatorLines(stacks: StackTable, creator: Creator | null, release: number): string[] {
  if (creator === null) return [];
  const frame = stacks.frame(creator.frame);
  if (isElided(frame)) return [];
  const parent = creator.goroutine === null || release < 21 ? '' : ` in goroutine ${creator.goroutine}`;
  return [`created by ${frame.function}${parent}`, `\t${placeText(frame)}${offsetText(frame)}`];
}

// ---- what is shown ----

/**
 * The frames that a traceback shows unless GOTRACEBACK asks for all: those of package runtime are hidden, but for its exported
 * functions and `panic`. Functions of other packages that stand in for the runtime's (`internal/runtime/maps.fatal`) show.
 */
export function shownFrames(stacks: StackTable, stack: StackId): FrameId[] {
  return stacks.framesOf(stack).filter((id) => {
    const frame = stacks.frame(id);
    return isElided(frame) || isShown(frame);
  });
}

function isShown({ function: name }: CallFrame): boolean {
  if (name === 'panic') return true;
  return name.includes('.') && (!name.startsWith('runtime.') || /^runtime\.(?:\(\*?[A-Z]\w*\)\.)?[A-Z]/.test(name));
}

/**
 * Whether a crash prints all goroutines although GOTRACEBACK asks for the one that died only (`single`, the default): fatal
 * errors that are the program's own fault did before Go 1.26, a deadlock of all always does, since none of them died.
 */
export function showsAllGoroutines(crash: Crash, release: number): boolean {
  if (crash.kind !== 'fatal error') return crash.kind === 'signal';
  return release < 26 || crash.message.endsWith(' - deadlock!');
}
