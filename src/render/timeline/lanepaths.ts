/**
 * A lane as stacked areas: each column of pixels is as full of a colour as its time was of the state. What is too little
 * for the smallest step is carried over to the next column, so that it shows up sooner or later.
 */

import { SHOWN_COUNT } from './states.ts';

/** From this share on a column is of one state. */
const PURE = 1 - 1e-6;

/** By column and shown state: how many of the `levels` steps of the lane's height it takes. */
export function stepsOf(shares: Float64Array, levels: number): Uint8Array {
  const count = shares.length / SHOWN_COUNT;
  const steps = new Uint8Array(shares.length);
  const carried = new Float64Array(SHOWN_COUNT + 1);
  const wanted = new Float64Array(SHOWN_COUNT + 1);
  for (let column = 0; column < count; column++) {
    const at = column * SHOWN_COUNT;
    const pure = pureState(shares, at);
    if (pure === SHOWN_COUNT) continue;
    if (pure >= 0) steps[at + pure] = levels;
    else shareOut({ shares, steps, at, levels, carried, wanted });
  }
  return steps;
}

/** The only state of a column, SHOWN_COUNT for one that is all idle, -1 for a mixed one. */
function pureState(shares: Float64Array, at: number): number {
  let busy = 0;
  for (let i = 0; i < SHOWN_COUNT; i++) {
    if (shares[at + i] >= PURE) return i;
    busy += shares[at + i];
  }
  return busy === 0 ? SHOWN_COUNT : -1;
}

interface Sharing {
  readonly shares: Float64Array;
  readonly steps: Uint8Array;
  readonly at: number;
  readonly levels: number;
  readonly carried: Float64Array;
  readonly wanted: Float64Array;
}

/** Gives each state of a mixed column its whole steps, and what is left to those that lack most. */
function shareOut({ shares, steps, at, levels, carried, wanted }: Sharing): void {
  let idle = 1;
  let left = levels;
  for (let i = 0; i <= SHOWN_COUNT; i++) {
    const share = i === SHOWN_COUNT ? Math.max(0, idle) : shares[at + i];
    idle -= share;
    wanted[i] = share * levels + carried[i];
    const whole = Math.min(left, Math.max(0, Math.floor(wanted[i] + 1e-9)));
    carried[i] = wanted[i] - whole;
    if (i < SHOWN_COUNT) steps[at + i] = whole;
    left -= whole;
  }
  for (; left > 0; left--) {
    let most = 0;
    for (let i = 1; i <= SHOWN_COUNT; i++) if (carried[i] > carried[most]) most = i;
    if (most < SHOWN_COUNT) steps[at + most]++;
    carried[most]--;
  }
}

/**
 * By shown state, a path in units of a column and a step, or an empty text where it never occurs. Each reaches from the
 * lane's bottom to where its state ends, so they must be drawn last state first.
 */
export function lanePaths(steps: Uint8Array, levels: number): string[] {
  const count = steps.length / SHOWN_COUNT;
  const tops = new Uint8Array(count);
  const own = new Uint8Array(count);
  const paths: string[] = [];
  for (let shown = 0; shown < SHOWN_COUNT; shown++) {
    let occurs = false;
    for (let column = 0; column < count; column++) {
      const step = steps[column * SHOWN_COUNT + shown];
      tops[column] += step;
      own[column] = step === 0 ? 0 : tops[column];
      if (step !== 0) occurs = true;
    }
    paths.push(occurs ? shorter(outline(own, levels), outline(tops, levels)) : '');
  }
  return paths;
}

/** Both give the same picture: what a state covers of those below it, they cover again. */
function shorter(a: string, b: string): string {
  return a.length <= b.length ? a : b;
}

/** The outline of columns of these heights: `M` to each stretch, then up, along and down again. */
function outline(tops: Uint8Array, levels: number): string {
  let path = '';
  for (let at = 0; at < tops.length; ) {
    if (tops[at] === 0) {
      at++;
      continue;
    }
    path += `M${at} ${levels}`;
    let height = 0;
    while (at < tops.length && tops[at] !== 0) {
      let to = at + 1;
      while (to < tops.length && tops[to] === tops[at]) to++;
      path += `v${height - tops[at]}h${to - at}`;
      height = tops[at];
      at = to;
    }
    path += `v${height}`;
  }
  return path;
}
