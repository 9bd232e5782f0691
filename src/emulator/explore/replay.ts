/** A schedule as one word that can be copied, and its replay. */

import { UsageError } from '../../base/errors.ts';
import type { Task } from '../task.ts';
import type { GoRelease } from '../version.ts';
import type { Recording, Strategy } from './walker.ts';

const PREFIX = 'gf2';
/** Words of earlier versions: they say nothing of the program, and have no check. */
const OLD_PREFIX = 'gf1';
const MAX_CHOICES = 1 << 22;

/** What a schedule is of: a word of another program, release or parameters replays something else. */
export interface ScheduledProgram {
  readonly name: string;
  readonly release: GoRelease;
  readonly parameters: Readonly<Record<string, number | string>>;
}

export interface Token {
  readonly procs: number;
  readonly seed: number;
  readonly recording: Recording;
  /** Words that stand for the program, its release and its parameters; null of a token that has none. */
  readonly fit: readonly string[] | null;
}

/**
 * `gf2.PROCS.SEED.FIT.CHOICES.CHECK`. FIT is release, name and parameters, hashed and joined by `-`; CHOICES are runs of equal
 * choices as three numbers each (goroutine, how many could go on, how often); CHECK is the hash of all before it. A schedule
 * of no program in particular is `gf1.PROCS.SEED.CHOICES`.
 */
export function writeToken({ procs, seed, recording }: Omit<Token, 'fit'>, program: ScheduledProgram | null = null): string {
  const bytes: number[] = [];
  const { enabled, chosen } = recording;
  for (let i = 0; i < chosen.length; ) {
    let end = i + 1;
    while (end < chosen.length && chosen[end] === chosen[i] && enabled[end] === enabled[i]) end++;
    pushVarint(bytes, chosen[i]);
    pushVarint(bytes, enabled[i]);
    pushVarint(bytes, end - i);
    i = end;
  }
  const choices = Buffer.from(bytes).toString('base64url');
  if (program === null) return [OLD_PREFIX, procs, seed.toString(36), choices].join('.');
  const word = [PREFIX, procs, seed.toString(36), fitOf(program).join('-'), choices].join('.');
  return `${word}.${hash(word)}`;
}

function fitOf({ name, release, parameters }: ScheduledProgram): string[] {
  const values = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  return [String(release), hash(name), hash(values.sort().join(' '))];
}

/** @throws UsageError that says what the token is not of */
export function checkFit({ fit }: Token, program: ScheduledProgram): void {
  if (fit === null) return;
  const [release, name, parameters] = fitOf(program);
  const fail = (what: string): never => {
    throw new UsageError(`--replay: the schedule is of ${what}`);
  };
  if (fit[1] !== name) fail(`another program than ${program.name}`);
  if (fit[0] !== release) fail(`Go 1.${fit[0]}, not 1.${release} (--go)`);
  if (fit[2] === parameters) return;
  const values = Object.entries(program.parameters).map(([key, value]) => `${key}=${value}`);
  fail(`other parameters than ${values.join(' ')} (--set)`);
}

/** Up to seven letters and digits. */
function hash(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(36);
}

/** @throws UsageError for what is no token, or only a part of one */
export function parseToken(text: string): Token {
  const parts = text.split('.');
  const [prefix, procs = '', seed = ''] = parts;
  const isOld = prefix === OLD_PREFIX;
  const data = parts[isOld ? 3 : 4] ?? '';
  const isNumbered = /^\d{1,3}$/.test(procs) && /^[0-9a-z]{1,11}$/.test(seed) && /^[\w-]*$/.test(data);
  const isWhole = isOld ? parts.length === 4 : prefix === PREFIX && parts.length === 6 && isSealed(text);
  const number = Number.parseInt(seed, 36);
  if (!isNumbered || !isWhole || !Number.isSafeInteger(number)) return refuse(text);
  const recording = readChoices(Buffer.from(data, 'base64url'));
  if (recording === null) return refuse(text);
  return { procs: Number(procs), seed: number, recording, fit: isOld ? null : parts[3].split('-') };
}

function refuse(text: string): never {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  throw new UsageError(
    `--replay ${shown}: not a schedule of this version, or not all of one (gf2.PROCS.SEED.FIT.CHOICES.CHECK, as a witness tells it)`,
  );
}

/** Whether the last part is the hash of all before it. */
function isSealed(text: string): boolean {
  const at = text.lastIndexOf('.');
  return hash(text.slice(0, at)) === text.slice(at + 1);
}

/** Null for bytes that are no choices. */
function readChoices(bytes: Uint8Array): Recording | null {
  const recording: Recording = { enabled: [], chosen: [] };
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const [task, enabled, count] = [readVarint(bytes, cursor), readVarint(bytes, cursor), readVarint(bytes, cursor)];
    if (task < 0 || enabled < 0 || count < 0 || recording.chosen.length + count > MAX_CHOICES) return null;
    for (let i = 0; i < count; i++) {
      recording.chosen.push(task);
      recording.enabled.push(enabled);
    }
  }
  return recording;
}

/** -1 where no number ends within the bytes. */
function readVarint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let shift = 1; cursor.at < bytes.length && shift <= 2 ** 35; shift *= 128) {
    const byte = bytes[cursor.at++];
    value += (byte & 127) * shift;
    if (byte < 128) return value;
  }
  return -1;
}

function pushVarint(bytes: number[], value: number): void {
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  bytes.push(left);
}

/** Makes the recorded choices again. */
export class Replay implements Strategy {
  private readonly recording: Recording;
  private at = 0;
  /** The choice, from 1 on, at which the program went another way than when it was recorded; null where it did not. */
  diverged: { readonly choice: number; readonly why: string } | null = null;

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** Choices that were recorded and not made. */
  get left(): number {
    return this.recording.chosen.length - this.at;
  }

  begin(): void {
    this.at = 0;
  }

  created(): void {}

  choose(enabled: readonly Task[], last: Task | null): number {
    const { recording } = this;
    const i = this.at++;
    const goesOn = Math.max(0, last === null ? 0 : enabled.indexOf(last));
    if (this.diverged !== null) return goesOn;
    if (i >= recording.chosen.length) return this.diverge(i, 'the recorded schedule ends here', goesOn);
    const could = `${enabled.length} goroutines could go on, ${recording.enabled[i]} when it was recorded`;
    if (enabled.length !== recording.enabled[i]) return this.diverge(i, could, goesOn);
    const at = enabled.findIndex((task) => task.index === recording.chosen[i]);
    return at >= 0 ? at : this.diverge(i, 'the goroutine that went on then cannot', goesOn);
  }

  private diverge(choice: number, why: string, goesOn: number): number {
    this.diverged = { choice: choice + 1, why };
    return goesOn;
  }

  stepped(): void {}

  yielded(): void {}

  finish(): void {}
}
