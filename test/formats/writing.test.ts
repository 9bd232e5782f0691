/** Race reports and goroutine dumps that are written are read back as they were, and stand there as Go prints them. */

import { describe, expect, it } from 'vitest';
import { shownFrames, showsAllGoroutines, writeDump } from '../../src/formats/goroutines/write.ts';
import { writeRaces } from '../../src/formats/race/write.ts';
import type { DumpPart } from '../../src/model/evidence.ts';
import type { Crash, Goroutine } from '../../src/model/snapshot.ts';
import { StackTable } from '../../src/model/stacks.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { dumpsOf, essenceOf, framesOf, racesOf, readDump, readText } from '../support/read.ts';

const RELEASES = [19, 20, 21, 22, 23, 24, 25, 26, 27];

/** The lines of a text without what the model does not hold. */
function withoutOffsets(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ \+0x[0-9a-f]+$/, ''));
}

const BASE: Omit<Goroutine, 'stack'> = {
  id: 1,
  state: 'running',
  flags: [],
  waitMinutes: 0,
  lockedToThread: false,
  bubble: null,
  labels: {},
  extra: [],
  stackAvailable: true,
  args: null,
  createdBy: null,
  ancestors: [],
  line: 1,
  truncated: false,
};

function fatal(message: string): Crash {
  return { kind: 'fatal error', message, chain: [], lines: [`fatal error: ${message}`], line: 1 };
}

/** A crash in a map, a goroutine of every kind beside it. */
function sample(release: number): { stacks: StackTable; crash: Crash; goroutines: Goroutine[] } {
  const stacks = new StackTable();
  const main = stacks.frameOf('main.main', 'example.com/shop/main.go', 40);
  const work = stacks.frameOf('main.work.func1', 'example.com/shop/main.go', 12);
  const createdBy = { frame: main, goroutine: release >= 21 ? 1 : null };
  const deep = Array.from({ length: 130 }, (_, i) => stacks.frameOf('main.descend', 'example.com/shop/deep.go', 5 + (i % 2)));
  const goroutines: Goroutine[] = [
    { ...BASE, id: 7, stack: stacks.internStack([work]), createdBy },
    { ...BASE, id: 1, state: 'semacquire', waitMinutes: 3, lockedToThread: true, stack: stacks.internStack([main]) },
    { ...BASE, id: 8, state: 'running', stackAvailable: false, stack: -1, createdBy },
    { ...BASE, id: 9, state: 'chan receive (nil chan)', stack: stacks.internStack([...deep.slice(0, 60), main]), createdBy },
    {
      ...BASE,
      id: 10,
      state: 'select',
      flags: release >= 26 ? ['leaked'] : [],
      bubble: release >= 24 ? 2 : null,
      labels: release >= 26 ? { job: 'ingest', route: 'GET /x "ü"\n' } : {},
      stack: stacks.internStack([work, main]),
      createdBy,
    },
  ];
  return { stacks, crash: fatal('concurrent map writes'), goroutines };
}

describe('goroutine dumps', () => {
  it.each(RELEASES)('of Go 1.%d are read back as they were', (release) => {
    const { stacks, crash, goroutines } = sample(release);
    const text = writeDump({ stacks, crash, goroutines }, { release, goRun: true });
    const { evidence, dump, stacks: read } = readDump(text);
    expect(evidence.problems).toEqual([]);
    expect(dump.crash).toMatchObject({ kind: 'fatal error', message: 'concurrent map writes' });
    const plain = (one: Goroutine, table: StackTable) => ({
      ...one,
      line: 0,
      args: null,
      stack: framesOf(table, one.stack),
      createdBy: one.createdBy === null ? null : [table.frame(one.createdBy.frame), one.createdBy.goroutine],
    });
    expect(dump.goroutines.map((one) => plain(one, read))).toEqual(goroutines.map((one) => plain(one, stacks)));
    expect(text).toMatch(/\nexit status 2\n$/);
  });

  it('name the parent since Go 1.21, and elide the middle of deep stacks', () => {
    const stacks = new StackTable();
    const main = stacks.frameOf('main.main', 'main.go', 4);
    const frames = Array.from({ length: 130 }, (_, i) => stacks.frameOf('main.f', 'main.go', 100 + i));
    const goroutine = { ...BASE, id: 5, stack: stacks.internStack(frames), createdBy: { frame: main, goroutine: 1 } };
    const text = (release: number) => writeDump({ stacks, crash: null, goroutines: [goroutine] }, { release });
    expect(text(20)).toContain('...additional frames elided...\ncreated by main.main\n\tmain.go:4 +0x');
    expect(text(20).match(/^main\.f\(\)$/gm)).toHaveLength(100);
    expect(text(21)).toContain('...30 frames elided...\nmain.f()\n\tmain.go:180 +0x');
    expect(text(21)).toContain('created by main.main in goroutine 1\n\tmain.go:4 +0x');
    expect(readDump(text(27)).evidence.problems).toEqual([]);
  });

  it('show inlined calls without arguments and offset', () => {
    const stacks = new StackTable();
    const stack = stacks.internStack([
      stacks.frameOf('sync.(*Mutex).Lock', 'sync/mutex.go', 46),
      stacks.frameOf('main.main', 'main.go', 9),
    ]);
    const text = writeDump({ stacks, crash: null, goroutines: [{ ...BASE, stack }] }, { release: 26 });
    expect(text).toMatch(
      /^goroutine 1 \[running\]:\nsync\.\(\*Mutex\)\.Lock\(\.\.\.\)\n\tsync\/mutex\.go:46\nmain\.main\(\)\n\tmain\.go:9 \+0x[0-9a-f]+\n$/,
    );
  });

  it('show what the runtime shows', () => {
    const stacks = new StackTable();
    const names = [
      'internal/runtime/maps.fatal',
      'runtime.mapassign_fast64',
      'runtime.Gosched',
      'runtime.(*Frames).Next',
      'runtime.(*hmap).newoverflow',
      'sync.runtime_Semacquire',
      'panic',
      'main.main',
    ];
    const stack = stacks.internStack(names.map((name) => stacks.frameOf(name, 'x.go', 1)));
    expect(shownFrames(stacks, stack).map((id) => (stacks.frame(id) as { function: string }).function)).toEqual(
      names.filter((name) => !/mapassign|hmap/.test(name)),
    );
    expect(showsAllGoroutines(fatal('concurrent map writes'), 25)).toBe(true);
    expect(showsAllGoroutines(fatal('concurrent map writes'), 26)).toBe(false);
    expect(showsAllGoroutines(fatal('all goroutines are asleep - deadlock!'), 26)).toBe(true);
  });

  // Real dumps in a form that the writer knows: no addresses of goroutines and threads, no registers.
  const plain = fixtures.filter(
    ({ name, bytes }) =>
      name.startsWith('goroutines/') && !/ gp=0x| fp=0x|^SIG|^rax |^runtime stack:|non-Go function/m.test(bytes.toString()),
  );
  it('there are real ones to write again', () => expect(plain.length).toBeGreaterThan(20));

  it.each(plain.map(({ name }) => name))('%s is written again as it was read', (name) => {
    const { bytes } = fixture(name);
    const release = Number(/go1\.(\d+)/.exec(name)?.[1]);
    const before = readText(bytes, { keepArguments: true });
    for (const dump of dumpsOf(before)) {
      const text = writeDump({ stacks: before.stacks, crash: dump.crash, goroutines: dump.goroutines }, { release });
      const after = readDump(text, { keepArguments: true });
      expect(essenceOf({ ...after.evidence, parts: [after.dump] })).toEqual(essenceOf({ ...before, parts: [wholeOf(dump)] }));
      expect(after.dump.crash?.chain).toEqual(dump.crash?.chain);
      expect(after.dump.goroutines.map(({ args }) => args)).toEqual(dump.goroutines.map(({ args }) => args));
    }
  });

  it.each([
    'mapfight-ww-go1.21',
    'mapfight-deadlock-go1.21',
    'mapfight-rw-go1.24',
    'mapfight-iw-go1.26',
    'depot-repanic-same-go1.25',
  ])('%s is written again line by line', (name) => {
    const text = fixture(`goroutines/${name}`).bytes.toString();
    const { dump, stacks } = readDump(text, { keepArguments: true });
    const release = Number(/go1\.(\d+)/.exec(name)?.[1]);
    const written = writeDump({ stacks, crash: dump.crash, goroutines: dump.goroutines }, { release });
    expect(withoutOffsets(written)).toEqual(withoutOffsets(text));
  });
});

/** A dump of which nothing was cut. */
function wholeOf(dump: DumpPart): DumpPart {
  return { ...dump, goroutines: dump.goroutines.map((one) => ({ ...one, truncated: false })) };
}

describe('race reports', () => {
  const races = fixtures.filter(({ name }) => /^race\//.test(name));

  it.each(races.map(({ name }) => name))('%s is written again line by line', (name) => {
    const text = fixture(name).bytes.toString();
    const evidence = readText(text);
    for (const part of racesOf(evidence)) {
      const written = writeRaces(part.races, evidence.stacks, { ended: part.found !== null });
      const lines = withoutOffsets(text);
      for (const report of withoutOffsets(written)
        .join('\n')
        .split(/(?<==\n)(?==)/)) {
        expect(lines.join('\n')).toContain(report.trimEnd());
      }
      const again = readText(written);
      expect(again.problems).toEqual([]);
      expect(essenceOf({ ...again, parts: racesOf(again) })).toEqual(essenceOf({ ...evidence, parts: [part] }));
    }
  });
});
