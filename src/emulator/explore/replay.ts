/** A schedule as one word that can be copied, and its replay. */

import { UsageError } from '../../base/errors.ts';
import type { Task } from '../task.ts';
import type { Recording, Strategy } from './walker.ts';

const PREFIX = 'gf1';
const MAX_CHOICES = 1 << 22;

export interface Token {
  readonly procs: number;
  readonly seed: number;
  readonly recording: Recording;
}

/** `gf1.PROCS.SEED.CHOICES`: runs of equal choices as three numbers each (goroutine, how many could go on, how often). */
export function writeToken({ procs, seed, recording }: Token): string {
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
  return [PREFIX, procs, seed.toString(36), Buffer.from(bytes).toString('base64url')].join('.');
}

/** @throws UsageError for what is no token */
export function parseToken(text: string): Token {
  const [prefix, procs, seed, data] = text.split('.');
  const fail = (): never => {
    throw new UsageError(`--replay ${text.slice(0, 40)}: not a schedule of this version (gf1.PROCS.SEED.CHOICES)`);
  };
  if (prefix !== PREFIX || !/^\d{1,3}$/.test(procs ?? '') || !/^[0-9a-z]{1,11}$/.test(seed ?? '') || !/^[\w-]*$/.test(data ?? ''))
    return fail();
  const bytes = Buffer.from(data, 'base64url');
  const recording: Recording = { enabled: [], chosen: [] };
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      if (at >= bytes.length || shift > 2 ** 35) return fail();
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const [task, enabled, count] = [next(), next(), next()];
    if (recording.chosen.length + count > MAX_CHOICES) return fail();
    for (let i = 0; i < count; i++) {
      recording.chosen.push(task);
      recording.enabled.push(enabled);
    }
  }
  return { procs: Number(procs), seed: Number.parseInt(seed, 36), recording };
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
}
