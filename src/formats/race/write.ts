/**
 * Writes data race reports as Go's race detector does (see machine.ts for the form). Reading them back gives the same
 * reports; what the model does not hold, the offsets behind places, is made up.
 */

import { partyText, type RaceAccess, type RaceCreation, type RaceReport } from '../../model/snapshot.ts';
import { isElided, type StackId, type StackTable } from '../../model/stacks.ts';
import { offsetText, placeText } from '../text/writing.ts';

const RULE = '='.repeat(18);
/** Functions that the runtime names to the detector by their first instruction. */
const AT_ENTRY = /^runtime\.map/;

export interface RaceTextOptions {
  /** The program lived to its end, which tells how many races there were. One that died of a fatal error does not. */
  readonly ended: boolean;
  /** `go run` says the exit status. */
  readonly goRun?: boolean;
}

/** The reports, each between its rules, one after the other; nothing at all for none. */
export function writeRaces(races: readonly RaceReport[], stacks: StackTable, options: RaceTextOptions): string {
  if (races.length === 0) return '';
  const lines = races.flatMap((race) => raceLines(race, stacks));
  if (options.ended) lines.push(`Found ${races.length} data race(s)`);
  if (options.ended && options.goRun) lines.push('exit status 66');
  return `${lines.join('\n')}\n`;
}

function raceLines(race: RaceReport, stacks: StackTable): string[] {
  const sections = [
    ...race.accesses.map((access, at) => [accessLine(access, at > 0), ...stackLines(stacks, access)]),
    ...race.creations.map((creation) => [creationLine(creation), ...stackLines(stacks, creation)]),
  ];
  return [RULE, 'WARNING: DATA RACE', ...sections.flatMap((section, at) => (at > 0 ? ['', ...section] : section)), RULE];
}

function accessLine({ kind, address, goroutine }: RaceAccess, isPrevious: boolean): string {
  const what = isPrevious ? `Previous ${kind}` : `${kind[0].toUpperCase()}${kind.slice(1)}`;
  const where = address === null ? '' : ` at ${address}`;
  return `${what}${where} by ${partyText(goroutine)}:`;
}

function creationLine({ goroutine, state }: RaceCreation): string {
  return `Goroutine ${goroutine} (${state}) created at:`;
}

function stackLines(stacks: StackTable, what: { stack: StackId; stackRestored: boolean }): string[] {
  if (!what.stackRestored) return ['  [failed to restore the stack]'];
  return stacks.framesAt(what.stack).flatMap((frame, at) => {
    if (isElided(frame)) return [];
    const offset = offsetText(frame, at === 0 && AT_ENTRY.test(frame.function));
    return [`  ${frame.function}()`, `      ${placeText(frame)}${offset}`];
  });
}
