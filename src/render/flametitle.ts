/** Says in words what the width of a flame graph means: its title, its root, and what it was drawn from. */

import type { Profile } from '../model/profile.ts';
import { countUnit } from './geometry.ts';

type Weighed = Pick<Profile, 'unit' | 'measure'>;

/** `346 goroutines`, `874 ms waiting for a P`, `12 stacks of data races`. */
export function weightText(amount: number, { unit, measure }: Weighed): string {
  return measure === '' ? countUnit(amount, unit) : `${countUnit(amount, unit)} ${measure}`;
}

/** How the stacks stand in a picture. */
export type Arrangement = 'by stack' | 'by caller' | 'in the order of time';

/** `346 goroutines by stack`, `874 ms waiting for a P, by stack`. */
export function stackTitle(amount: number, weighed: Weighed, arrangement: Arrangement = 'by stack'): string {
  return `${weightText(amount, weighed)}${weighed.measure === '' ? '' : ','} ${arrangement}`;
}

/** What a picture was drawn from, for its subtitle: `api.log · go1.26 · 346 goroutines`. */
export function sourceText(files: readonly string[], goVersion: string | null, amount: string): string {
  const name =
    files.length === 1 ? files[0] : files.length === 0 ? '' : `${files[0]} and ${countUnit(files.length - 1, 'other inputs')}`;
  return [name, goVersion ?? '', amount].filter((part) => part !== '').join(' · ');
}
