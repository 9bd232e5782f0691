/** Every recorded capture against what is true of it: read by other means, checked by hand against its program. */

import { describe, expect, it } from 'vitest';
import { attributeRace } from '../../src/analysis/attribution.ts';
import type { DumpPart, Evidence } from '../../src/model/evidence.ts';
import type { RaceReport } from '../../src/model/snapshot.ts';
import { type Fixture, fixtures } from '../support/fixtures.ts';
import { callsOf, creatorText, dumpsOf, profilesOf, racesOf, readText } from '../support/read.ts';

// biome-ignore lint/suspicious/noExplicitAny: the expectations are JSON of many shapes
type Expected = any;

function tally(values: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function placesOf(evidence: Evidence, stack: number): (string | null)[] {
  return callsOf(evidence.stacks, stack).map(({ file, line }) => (file === null ? null : line > 0 ? `${file}:${line}` : file));
}

function checkDump(evidence: Evidence, dump: DumpPart | undefined, wanted: Expected, damaged: boolean): void {
  const { stacks } = evidence;
  const all = dump?.goroutines ?? [];
  const own = all.filter(({ id }) => id !== 0);
  const have = (key: string) => wanted[key] !== undefined;
  if (have('reasonLines')) expect(dump?.crash?.lines ?? []).toEqual(wanted.reasonLines);
  else if (have('reason')) expect(dump?.crash?.lines[0] ?? null).toBe(wanted.reason);
  if (have('goroutines')) expect(own).toHaveLength(wanted.goroutines);
  if (have('states')) expect(tally(own.map(({ state }) => state))).toEqual(wanted.states);
  if (have('createdBy')) {
    const creators = own.flatMap(({ createdBy }) =>
      createdBy === null ? [] : [(stacks.frame(createdBy.frame) as { function: string }).function],
    );
    expect(tally(creators)).toEqual(wanted.createdBy);
  }
  if (have('waitMinutes')) checkMinutes(own, wanted.waitMinutes);
  if (have('locked') && Array.isArray(wanted.locked))
    expect(own.filter((g) => g.lockedToThread).map((g) => g.id)).toEqual(wanted.locked);
  for (const flag of ['durable', 'leaked', 'scan'] as const) {
    if (Array.isArray(wanted[flag])) expect(own.filter((g) => g.flags.includes(flag)).map((g) => g.id)).toEqual(wanted[flag]);
  }
  if (have('labelledGoroutines'))
    expect(own.filter(({ labels }) => Object.keys(labels).length > 0)).toHaveLength(wanted.labelledGoroutines);
  if (have('labels') && typeof wanted.labels === 'object')
    for (const [id, labels] of Object.entries(wanted.labels))
      expect(own.find((g) => g.id === Number(id))?.labels).toEqual(labels);
  if (Array.isArray(wanted.bubbles) === false && have('bubbles')) {
    for (const [id, bubble] of Object.entries(wanted.bubbles)) expect(own.find((g) => g.id === Number(id))?.bubble).toBe(bubble);
  }
  if (have('runtimeStack')) {
    const names = dump?.runtimeStack == null ? [] : callsOf(stacks, dump.runtimeStack).map((frame) => frame.function);
    expect(names).toEqual(wanted.runtimeStack);
  }
  for (const chosen of wanted.chosen ?? [])
    checkGoroutine(
      evidence,
      own.find(({ id }) => id === (chosen.id ?? chosen.goroutine)),
      chosen,
      damaged,
    );
}

function checkMinutes(own: DumpPart['goroutines'], wanted: Expected): void {
  const waiting = own.filter(({ waitMinutes }) => waitMinutes > 0);
  if (Array.isArray(wanted)) expect(waiting.map(({ waitMinutes }) => waitMinutes)).toEqual(wanted);
  else expect(Object.fromEntries(waiting.map(({ id, waitMinutes }) => [id, waitMinutes]))).toEqual(wanted);
}

function checkGoroutine(
  evidence: Evidence,
  goroutine: DumpPart['goroutines'][number] | undefined,
  chosen: Expected,
  damaged: boolean,
): void {
  expect(goroutine, `goroutine ${chosen.id ?? chosen.goroutine}`).toBeDefined();
  if (goroutine === undefined) return;
  expect(callsOf(evidence.stacks, goroutine.stack).map((frame) => frame.function)).toEqual(chosen.frames);
  // Some expectations leave the places out, in words.
  if (Array.isArray(chosen.files)) expect(placesOf(evidence, goroutine.stack)).toEqual(chosen.files);
  if (chosen.createdBy) {
    const { func, file, line, goroutine: parent } = chosen.createdBy;
    const at = line ? `${file}:${line}` : file;
    expect(creatorText(evidence.stacks, goroutine.createdBy)).toBe(`${func} ${at}${parent ? ` in ${parent}` : ''}`);
  }
  if (chosen.labels) expect(goroutine.labels).toEqual(chosen.labels);
  if (!damaged && chosen.line) expect(goroutine.line).toBe(chosen.line);
}

function checkRace(evidence: Evidence, race: RaceReport | undefined, wanted: Expected, damaged: boolean): void {
  expect(race).toBeDefined();
  if (race === undefined) return;
  const { stacks } = evidence;
  const seen = race.accesses.map(({ kind, address, goroutine, stack, stackRestored }) => ({
    kind,
    addr: address,
    who: goroutine,
    failedToRestore: !stackRestored,
    frames: callsOf(stacks, stack).map((frame) => frame.function),
    files: placesOf(evidence, stack),
  }));
  expect(seen).toEqual(
    wanted.accesses.map((access: Expected) => ({
      kind: access.kind,
      addr: access.addr,
      who: access.who,
      failedToRestore: access.failedToRestore ?? false,
      frames: access.frames,
      files: access.files,
    })),
  );
  expect(race.creations).toHaveLength(wanted.created?.length ?? 0);
  if (wanted.test !== undefined) {
    const { test, by } = attributeRace(race, stacks);
    expect(by === 'stack' ? test : null).toBe(wanted.test);
  }
  if (!damaged) expect(race.line).toBe(wanted.line);
}

function checkFixture({ bytes, expect: wanted, name }: Fixture): void {
  const damaged = name.startsWith('damage/');
  const evidence = readText(bytes);
  const dumps = dumpsOf(evidence);
  const races = racesOf(evidence).flatMap((part) => part.races);
  if (wanted.dumps !== undefined) {
    expect(dumps).toHaveLength(wanted.dumps.length);
    for (const [i, one] of wanted.dumps.entries()) checkDump(evidence, dumps[i], one, damaged);
  } else if (wanted.goroutines !== undefined || wanted.dump !== undefined) {
    checkDump(evidence, dumps.at(-1), wanted.dump ?? wanted, damaged);
  }
  if (wanted.reports !== undefined) expect(races).toHaveLength(wanted.reports);
  const list = wanted.list ?? wanted.races ?? [];
  for (const [i, one] of list.entries()) checkRace(evidence, races[i], one, damaged);
  if (wanted.found !== undefined && wanted.found !== null) expect(racesOf(evidence).at(-1)?.found).toBe(wanted.found);
  if (wanted.records !== undefined) {
    const records = profilesOf(evidence).flatMap((part) => part.records);
    expect(records).toHaveLength(wanted.records);
    expect(records.reduce((sum, { count }) => sum + count, 0)).toBe(wanted.sumOfCounts);
    expect(profilesOf(evidence)[0].total).toBe(wanted.total);
  }
}

describe('captures', () => {
  it('are all here', () => {
    expect(fixtures.length).toBeGreaterThan(85);
  });

  for (const one of fixtures.filter((each) => each.expect !== null)) {
    it(one.name, () => checkFixture(one));
  }
});
