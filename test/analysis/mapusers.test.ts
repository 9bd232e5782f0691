/** Who was inside a map: recorded crashes, and each sign by itself. */

import { describe, expect, it } from 'vitest';
import { Summarizer } from '../../src/analysis/summary.ts';
import { InputReader } from '../../src/formats/reader.ts';
import type { DumpSummary } from '../../src/model/summary.ts';
import { fixture } from '../support/fixtures.ts';

function mapUsers(text: string | Uint8Array): [number, string, string][] {
  const reader: InputReader = new InputReader({
    goroutine: (g, part) => summarizer.goroutine(g, part),
    record: () => {},
    race: (race, part) => summarizer.race(race, part),
  });
  const summarizer = new Summarizer(reader.stacks);
  reader.push(Buffer.from(text));
  const summaries = summarizer.summarize(reader.end());
  const dump = summaries.find((summary) => summary.part.format === 'goroutine-dump') as DumpSummary;
  return dump.mapUsers.map(({ id, operation, evidence }) => [id, operation, evidence]);
}

const user = (id: number, state: string, ...frames: string[]) =>
  `goroutine ${id} [${state}]:\n${frames.map((frame) => `${frame}\n\t/src/x.go:${frame.length} +0x1\n`).join('')}created by main.main\n\t/src/main.go:1 +0x1\n\n`;

describe('the goroutines inside a map', () => {
  it('of recorded crashes: both, the one that noticed first', () => {
    expect(mapUsers(fixture('goroutines/mapfight-ww-go1.21').bytes)).toEqual([
      [6, 'write', 'detected the fault'],
      [5, 'write', 'same line'],
    ]);
    expect(mapUsers(fixture('goroutines/mapfight-rw-go1.24').bytes)).toEqual([
      [18, 'read', 'detected the fault'],
      [17, 'unknown', 'can run'],
    ]);
    // Since Go 1.26 only the one that noticed is printed, unless asked for more.
    expect(mapUsers(fixture('goroutines/mapfight-iw-go1.26').bytes)).toEqual([[34, 'iterate', 'detected the fault']]);
    expect(mapUsers(fixture('race/jam-map-go1.23').bytes).map(([id]) => id)).toEqual([6, 7]);
  });

  const crash = 'fatal error: concurrent map writes\n\n';
  it('by frames of the runtime, old maps and new', () => {
    const signs: readonly (readonly [string, string])[] = [
      ['runtime.mapassign_faststr(0x1)', 'write'],
      ['runtime.growWork_fast64(0x1)', 'write'],
      ['internal/runtime/maps.(*Map).PutSlot(0x1)', 'write'],
      ['runtime.mapdelete_fast32(0x1)', 'delete'],
      ['runtime.mapaccess2_fast64(0x1)', 'read'],
      ['internal/runtime/maps.(*Iter).Next(0x1)', 'iterate'],
      ['runtime.mapiternext(0x1)', 'iterate'],
    ];
    for (const [frame, operation] of signs) {
      const text = crash + user(4, 'running', 'main.store(0x1)') + user(9, 'runnable', frame, 'main.other(0x1)');
      expect(mapUsers(text)).toEqual([
        [4, 'write', 'detected the fault'],
        [9, operation, 'runtime frame'],
      ]);
    }
  });

  it('not by goroutines that wait, nor by those that were only able to run once two are certain', () => {
    const waiting = user(8, 'chan receive', 'main.store(0x1)') + user(10, 'select', 'runtime.selectgo(0x1)', 'main.store(0x1)');
    const text =
      crash +
      user(4, 'running', 'main.store(0x1)') +
      waiting +
      user(9, 'runnable', 'main.store(0x1)') +
      user(11, 'runnable', 'main.spin(0x1)');
    expect(mapUsers(text)).toEqual([
      [4, 'write', 'detected the fault'],
      [9, 'write', 'same line'],
    ]);
  });

  it('are not looked for in other crashes', () => {
    expect(
      mapUsers(
        `fatal error: all goroutines are asleep - deadlock!\n\n${user(4, 'running', 'runtime.mapassign(0x1)', 'main.f(0x1)')}`,
      ),
    ).toEqual([]);
  });
});
