/** A race as Go reports it: both accesses with their stacks, and where the goroutines were made. */

import type { RaceAccess, RaceCreation, RaceParty, RaceReport } from '../../model/snapshot.ts';
import type { StackId } from '../../model/stacks.ts';
import type { GoRelease } from '../version.ts';
import type { Race, RaceDetector, RaceSide } from './detector.ts';

/** How the detector's numbers become stacks and names. */
export interface RaceNames {
  readonly release: GoRelease;
  /** The main goroutine's number. */
  readonly main: number;
  /** The stack of a site that an access was told with. */
  stackOf(site: number): StackId;
  /** How many goroutines of the program were made before this one. */
  orderOf(goroutine: number): number;
}

/** Go's detector counts goroutines from 1 for main; the runtime makes 5 before those of the program, 6 since Go 1.25. */
function partyOf(goroutine: number, names: RaceNames): RaceParty {
  if (goroutine === names.main) return 'main';
  return names.orderOf(goroutine) + (names.release >= 25 ? 8 : 7);
}

/** As printed: at least 12 digits. */
export function addressText(address: number): string {
  return `0x${address.toString(16).padStart(12, '0')}`;
}

function accessOf(side: RaceSide, address: number, names: RaceNames): RaceAccess {
  return {
    kind: side.kind,
    address: addressText(address),
    goroutine: partyOf(side.goroutine, names),
    stack: names.stackOf(side.site),
    stackRestored: true,
  };
}

function creationOf(goroutine: number, detector: RaceDetector, names: RaceNames): RaceCreation[] {
  const party = partyOf(goroutine, names);
  if (typeof party !== 'number') return [];
  const { site, finished } = detector.originOf(goroutine);
  return [{ goroutine: party, state: finished ? 'finished' : 'running', stack: names.stackOf(site), stackRestored: true }];
}

/** @param line of the report in the text it stands in; 1 where there is none */
export function raceReportOf(race: Race, detector: RaceDetector, names: RaceNames, line = 1): RaceReport {
  const { address, current, previous } = race;
  return {
    line,
    accesses: [accessOf(current, address, names), accessOf(previous, address, names)],
    creations: [current, previous].flatMap(({ goroutine }) => creationOf(goroutine, detector, names)),
    position: { test: null, package: null },
    truncated: false,
  };
}
