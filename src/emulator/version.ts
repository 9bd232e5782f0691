/** The releases of Go that can be emulated, and what differs between them. */

import { UsageError } from '../base/errors.ts';

/** By the number in `1.N`. */
export const GO_RELEASES = [19, 20, 21, 22, 23, 24, 25, 26, 27] as const;
export type GoRelease = (typeof GO_RELEASES)[number];

export const DEFAULT_RELEASE: GoRelease = 26;

/** The map implementations: `classic` to Go 1.23 (and by experiment to 1.25), `swiss` since 1.24. */
export type MapKind = 'classic' | 'swiss';

/** @throws UsageError for what is no release, or none that is known */
export function parseRelease(text: string): GoRelease {
  const number = Number(/^(?:go)?1\.(\d{1,2})$/.exec(text)?.[1]);
  const release = GO_RELEASES.find((known) => known === number);
  if (release === undefined) throw new UsageError(`--go ${text}: the emulator knows Go 1.19 to 1.27`);
  return release;
}

export function defaultMapKind(release: GoRelease): MapKind {
  return release >= 24 ? 'swiss' : 'classic';
}

/** @throws UsageError where a release has no such map */
export function checkMapKind(kind: MapKind, release: GoRelease): void {
  if (kind === 'swiss' && release < 24) throw new UsageError(`Go 1.${release} has no Swiss maps; they came with Go 1.24`);
  if (kind === 'classic' && release > 25)
    throw new UsageError(`Go 1.${release} has no classic maps; the last with them is Go 1.25`);
}
