/** A race that the detector found, as Go prints it. */

import { describe, expect, it } from 'vitest';
import { RaceDetector } from '../../../src/emulator/races/detector.ts';
import { addressText, raceReportOf } from '../../../src/emulator/races/report.ts';
import { writeRaces } from '../../../src/formats/race/write.ts';
import { StackTable } from '../../../src/model/stacks.ts';
import { racesOf, readText } from '../../support/read.ts';

/** The lines of a text without what the model does not hold. */
function withoutOffsets(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ \+0x[0-9a-f]+$/, ''));
}

describe('reports', () => {
  it.each([23, 26] as const)('of the detector are those of Go 1.%d', (release) => {
    const stacks = new StackTable();
    const frame = (name: string, line: number) => stacks.frameOf(name, 'example.com/shop/main.go', line);
    const site = [
      stacks.internStack([frame('main.fill', 9), frame('main.main.func1', 20)]),
      stacks.internStack([stacks.frameOf('runtime.mapassign_fast64', 'runtime/map_fast64.go', 113), frame('main.count', 14)]),
      stacks.internStack([frame('main.main', 18)]),
    ];
    const detector = new RaceDetector();
    detector.start(0);
    detector.fork(0, 1, 2);
    detector.access(0, 0xc00007a010, 'read', 0);
    detector.finish(1);
    const race = detector.access(1, 0xc00007a010, 'write', 1);
    expect(race).not.toBeNull();
    const report = raceReportOf(race!, detector, { release, main: 0, stackOf: (id) => site[id], orderOf: (id) => id - 1 });
    const text = writeRaces([report], stacks, { ended: true, goRun: true });
    const id = release === 23 ? 7 : 8;
    expect(withoutOffsets(text)).toEqual([
      '==================',
      'WARNING: DATA RACE',
      `Write at 0x00c00007a010 by goroutine ${id}:`,
      '  runtime.mapassign_fast64()',
      '      runtime/map_fast64.go:113',
      '  main.count()',
      '      example.com/shop/main.go:14',
      '',
      'Previous read at 0x00c00007a010 by main goroutine:',
      '  main.fill()',
      '      example.com/shop/main.go:9',
      '  main.main.func1()',
      '      example.com/shop/main.go:20',
      '',
      `Goroutine ${id} (finished) created at:`,
      '  main.main()',
      '      example.com/shop/main.go:18',
      '==================',
      'Found 1 data race(s)',
      'exit status 66',
    ]);
    expect(text).toContain('map_fast64.go:113 +0x0\n');
    const read = readText(text);
    expect(read.problems).toEqual([]);
    expect(racesOf(read)[0]).toMatchObject({ found: 1, races: [{ truncated: false }] });
  });

  it('write addresses with 12 digits', () => expect(addressText(0xc00007a010)).toBe('0x00c00007a010'));
});
