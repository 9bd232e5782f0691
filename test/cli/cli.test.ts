/** The built program as a user runs it: commands, exit codes, pipes, files. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FROM_CHOICES } from '../../src/cli/options.ts';
import { INPUT_FORMATS } from '../../src/formats/reader.ts';
import { decodeReport } from '../../src/render/report/pagedata.ts';
import { VERSION } from '../../src/version.ts';
import { readHash } from '../../templates/report/state.ts';
import { BIN, type Result, ROOT, runGoflame } from '../support/cli.ts';
import { FIXTURES, fixture } from '../support/fixtures.ts';
import { parseSvg } from '../support/svg.ts';

const WW = path.join(FIXTURES, 'goroutines/mapfight-ww-go1.21.txt');
const RACE = path.join(FIXTURES, 'race/pallets-map-go1.26.txt');

let folder = '';
beforeAll(() => {
  if (!existsSync(path.join(ROOT, 'dist/cli.js'))) throw new Error('dist is missing: npm run build');
  folder = mkdtempSync(path.join(tmpdir(), 'goflame-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[], input: string | Buffer = '', env: NodeJS.ProcessEnv = {}): Result {
  return runGoflame(args, { cwd: folder, input, env });
}

function file(name: string, content: string | Buffer): string {
  const full = path.join(folder, name);
  writeFileSync(full, content);
  return full;
}

describe('goflame', () => {
  it('tells its version, that of package.json', () => {
    expect(run(['--version'])).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
    expect(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).version).toBe(VERSION);
  });

  it('helps, with examples, for every command', () => {
    expect(run(['--help']).out).toMatch(/collapse[\s\S]*render[\s\S]*inspect[\s\S]*diff[\s\S]*demo[\s\S]*Exit codes/);
    for (const command of ['collapse', 'render', 'report', 'inspect', 'analyze', 'diff', 'convert', 'emulate', 'explore', 'demo'])
      expect(run([command, '--help']).out).toContain('Examples:');
  });

  it('names in --from what the reader knows', () => expect([...FROM_CHOICES].sort()).toEqual([...INPUT_FORMATS].sort()));

  const WRONG_USAGE: readonly (readonly string[])[] = [
    [],
    ['colapse'],
    ['collapse', '--colour'],
    ['collapse', '--group-by', 'size', WW],
    ['collapse', '--include', '(', WW],
    ['collapse', '--weight', 'heavy', WW],
    ['collapse', '--from', 'pdf', WW],
    ['inspect', '--fail-on', 'weather', WW],
    ['inspect', '--top', '0', WW],
    ['render', '--colors', 'mauve', WW, '-o', 'x.svg'],
    ['render', '--minwidth', 'wide', WW, '-o', 'x.svg'],
    ['diff', WW],
    ['diff', WW, RACE],
    ['diff', '-', '-'],
    ['diff', '--fail-on', 'race', WW, WW],
  ];
  for (const args of WRONG_USAGE) {
    it(`exits with 2: ${args.map((arg) => path.basename(arg)).join(' ')}`, () => {
      const { code, out, err } = run(args);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/^goflame: \S/);
      expect(err).not.toContain('\n    at ');
    });
  }

  const UNREADABLE: Record<string, () => string> = {
    'no such file': () => 'missing.txt',
    'a folder': () => folder,
    'an empty file': () => file('empty.txt', ''),
    'a binary file': () => file('binary.bin', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7) % 256))),
    'a text without evidence': () => file('poem.txt', 'The woods are lovely,\ndark and deep.\n'),
    'a web page': () => file('page.html', '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>'),
    'compression that is not known': () => file('x.bz2', Buffer.from('425a6839314159265359', 'hex')),
  };
  for (const [what, make] of Object.entries(UNREADABLE)) {
    for (const command of ['collapse', 'inspect', 'render']) {
      it(`exits with 3 and writes nothing: ${command} of ${what}`, () => {
        const target = path.join(folder, 'untouched.svg');
        writeFileSync(target, 'before');
        const { code, out, err } = run([command, make(), '-o', target]);
        expect({ code, out }).toEqual({ code: 3, out: '' });
        expect(err).toMatch(/^goflame: .+\n/);
        expect(err).not.toContain('this is a bug');
        expect(readFileSync(target, 'utf8')).toBe('before');
      });
    }
  }

  it('says where and what it expected', () => {
    expect(run(['collapse', file('poem.txt', 'The woods are lovely,\n')]).err).toMatch(
      /poem\.txt:1: nothing found to read; expected a goroutine dump.*\n {4}The woods/,
    );
  });
});

describe('inputs', () => {
  const folded = () => run(['collapse', WW]).out;

  it('are files, stdin, or -', () => {
    const bytes = readFileSync(WW);
    expect(run(['collapse'], bytes).out).toBe(folded());
    expect(run(['collapse', '-'], bytes).out).toBe(folded());
    expect(run(['collapse', file('meaningless.xyz', bytes)]).out).toBe(folded());
  });

  it('are unpacked, whatever they are called', () => {
    expect(run(['collapse', file('dump.dat', gzipSync(readFileSync(WW)))]).out).toBe(folded());
    expect(run(['collapse'], gzipSync(gzipSync(readFileSync(WW)))).out).toBe(folded());
  });

  it('give what was whole of a compressed file that breaks off, and say so', () => {
    const big = fixture('goroutines/storm-quit-go1.22').bytes;
    const cut = gzipSync(big).subarray(0, 20_000);
    const { code, out, err } = run(['collapse', file('cut.gz', cut)]);
    expect(code).toBe(0);
    expect(out).not.toBe('');
    expect(err).toMatch(/error: damaged gzip data/);
    expect(run(['collapse', '--strict', file('cut.gz', cut)])).toMatchObject({ code: 3, out: '' });
  });

  it('are merged', () => {
    const twice = run(['collapse', WW, WW]).out;
    expect(twice).toBe(folded().replace(/ (\d+)\n/g, (_, count) => ` ${2 * Number(count)}\n`));
    expect(run(['collapse', '-', WW], folded()).out).toBe(twice);
  });

  it('can be forced to a format', () => {
    expect(run(['collapse', '--from', 'race-report', WW]).code).toBe(3);
    expect(run(['collapse', '--from', 'goroutine-dump', WW]).out).toBe(folded());
  });
});

describe('outputs', () => {
  it('go to a file that appears whole, and nothing else appears', () => {
    const inner = mkdtempSync(path.join(folder, 'out-'));
    expect(run(['render', WW, '-o', path.join(inner, 'flame.svg')])).toMatchObject({ code: 0, out: '' });
    expect(readdirSync(inner)).toEqual(['flame.svg']);
    expect(parseSvg(readFileSync(path.join(inner, 'flame.svg'), 'utf8')).querySelectorAll('.frames path').length).toBeGreaterThan(
      3,
    );
  });

  it('go to stdout for a pipe', () => expect(run(['render', WW]).out).toMatch(/^<\?xml/));

  it('tell a folder that is not there', () => expect(run(['collapse', WW, '-o', 'no/such/out.txt'])).toMatchObject({ code: 3 }));

  it('may be closed early without an error', async () => {
    const child = spawn(
      process.execPath,
      [BIN, 'collapse', '--group-by', 'goroutine', path.join(FIXTURES, 'goroutines/storm-quit-go1.22.txt.gz')],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let err = '';
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = await once(child, 'close');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('end with 130 at Ctrl-C', async () => {
    const child = spawn(process.execPath, [BIN, 'collapse'], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.write('goroutine 1 [running]:\n');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
  });
});

describe('inspect', () => {
  it('fits the width that it is given', () => {
    for (const columns of ['40', '60', '80', '120']) {
      for (const input of [
        WW,
        RACE,
        path.join(FIXTURES, 'goroutines/lockers-go1.27.txt'),
        path.join(FIXTURES, 'countprofile/route-debug1-go1.24.txt'),
        path.join(FIXTURES, 'gotest/freight-json-go1.24.jsonl'),
      ]) {
        const { out } = run(['inspect', input], '', { COLUMNS: columns });
        const tooWide = out.split('\n').filter((line) => [...line].length > Number(columns));
        expect(tooWide).toEqual([]);
      }
    }
  });

  it('names the goroutines inside a map', () => {
    const { out } = run(['inspect', WW]);
    expect(out).toMatch(/fatal error: concurrent map writes/);
    expect(out).toMatch(/goroutine 6 {2}writes .*detected the fault/);
    expect(out).toMatch(/goroutine 5 {2}writes .*same line/);
  });

  it('shows both sides of a race beside each other, and times seen', () => {
    const text = readFileSync(RACE, 'utf8');
    const { out } = run(['inspect', '-', RACE].slice(0, 2), text + text, { COLUMNS: '120' });
    expect(out).toMatch(/seen 2 times/);
    expect(out).toMatch(/read by goroutine \d+ at 0x\w+ .*previous write by goroutine/);
  });

  it('writes JSON by the contract', () => {
    const { inputs, schema } = JSON.parse(run(['inspect', '--json', WW]).out);
    expect(schema).toBe('goflame/inspect/1');
    const [{ file: name, parts, problems }] = inputs;
    expect({ name, problems }).toEqual({ name: WW, problems: [] });
    expect(parts).toHaveLength(1);
    const [dump] = parts;
    expect(dump).toMatchObject({
      format: 'goroutine-dump',
      line: 1,
      crash: { kind: 'fatal error', message: 'concurrent map writes' },
    });
    expect(dump.goroutines[0]).toEqual({
      id: 6,
      state: 'running',
      flags: [],
      waitMinutes: 0,
      lockedToThread: false,
      bubble: null,
      labels: {},
      stackAvailable: true,
      line: 3,
      frames: [{ function: 'main.(*Stock).write', file: 'example.com/mapfight/main.go', line: 19 }],
      createdBy: { function: 'main.main', file: 'example.com/mapfight/main.go', line: 83, goroutine: 1 },
    });
  });

  it('writes races by the contract', () => {
    const [{ parts }] = JSON.parse(run(['inspect', '--json', RACE]).out).inputs;
    const [race] = parts[0].races;
    expect(Object.keys(race)).toEqual(
      expect.arrayContaining(['line', 'fingerprint', 'test', 'package', 'accesses', 'creations']),
    );
    expect(race.accesses).toHaveLength(2);
    expect(Object.keys(race.accesses[0]).sort()).toEqual(['address', 'frames', 'goroutine', 'kind', 'stackRestored']);
    expect(Object.keys(race.creations[0]).sort()).toEqual(['frames', 'goroutine', 'stackRestored', 'state']);
  });

  it('writes profiles and folded stacks by the contract', () => {
    const profile = JSON.parse(run(['inspect', '--json', path.join(FIXTURES, 'countprofile/route-debug1-go1.24.txt')]).out)
      .inputs[0].parts[0];
    expect(Object.keys(profile)).toEqual(['format', 'line', 'name', 'total', 'records']);
    expect(Object.keys(profile.records[0])).toEqual(['count', 'labels', 'frames']);
    expect(JSON.parse(run(['inspect', '--json'], 'a;b 3\na;c 4\n').out).inputs[0].parts[0]).toEqual({
      format: 'folded',
      line: 1,
      sampleTypes: ['samples'],
      totals: [7],
      stacks: 2,
    });
  });

  it('counts the events of an execution trace, packed or not', () => {
    const trace = path.join(FIXTURES, 'gotrace/annotations-stress-1.26.trace.gz');
    const [{ parts }] = JSON.parse(run(['inspect', '--json', trace]).out).inputs;
    expect(parts).toMatchObject([
      { format: 'go-trace', offset: 0, version: '1.26', events: 543, generations: 1, truncated: false },
    ]);
    const plain = gunzipSync(readFileSync(trace));
    expect(JSON.parse(run(['inspect', '--json'], plain).out).inputs[0].parts).toEqual(parts);
    expect(run(['inspect', trace]).out).toMatch(/execution trace \(go 1\.26\)[\s\S]*543 events/);
    expect(run(['inspect'], plain.subarray(0, 30))).toMatchObject({ code: 3, out: '' });
    expect(run(['inspect'], 'go 1.21 trace\0\0\0\x01')).toMatchObject({ code: 3, out: '' });
  });

  it('lets no control character of an input reach the terminal', () => {
    const evil =
      'goroutine 1 [se\x1b]0;owned\x07lect, labels:{"k\x1b[31m":"v\u009b31m"}]:\nmain.f\x1b[2J()\n\t/a\x1b[1m.go:1 +0x1\nmain.main()\n\t/a.go:1 +0x1\n';
    for (const args of [['inspect'], ['inspect', '--json'], ['collapse', '--group-by', 'state,label=k', '--lines']]) {
      const { out, err } = run(args, evil);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
      expect(out + err).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
    }
  });

  it('has colours where they are forced, and none in a pipe or with NO_COLOR', () => {
    expect(run(['inspect', WW]).out).not.toContain('\x1b[');
    expect(run(['inspect', WW], '', { FORCE_COLOR: '1' }).out).toContain('\x1b[');
    expect(run(['inspect', WW], '', { FORCE_COLOR: '1', NO_COLOR: '1' }).out).not.toContain('\x1b[');
  });
});

describe('--fail-on and --strict', () => {
  const CASES: readonly (readonly [string, string, number])[] = [
    ['crash', WW, 1],
    ['race', WW, 0],
    ['race', RACE, 1],
    ['goroutines>4', WW, 1],
    ['goroutines>5', WW, 0],
    ['leak', path.join(FIXTURES, 'goroutines/leaky-debug2-go1.27.txt'), 1],
    ['leak', path.join(FIXTURES, 'countprofile/leaky-debug1-go1.26.txt'), 1],
    ['crash', path.join(FIXTURES, 'goroutines/conveyor-quit-go1.19.txt'), 0],
    ['race,crash', path.join(FIXTURES, 'race/jam-map-go1.23.txt'), 1],
  ];
  for (const [condition, input, code] of CASES) {
    for (const command of ['inspect', 'collapse']) {
      it(`${command} --fail-on '${condition}' ${path.basename(input)} exits with ${code}, the output written`, () => {
        const result = run([command, '--fail-on', condition, input]);
        expect(result.code).toBe(code);
        expect(result.out).not.toBe('');
      });
    }
  }

  it('--strict refuses damage, and passes what is whole', () => {
    const cut = path.join(FIXTURES, 'damage/damage-cut-func.txt');
    expect(run(['collapse', cut])).toMatchObject({ code: 0 });
    for (const command of ['collapse', 'inspect', 'render'])
      expect(run([command, '--strict', cut])).toMatchObject({ code: 3, out: '' });
    expect(run(['collapse', '--strict', WW]).code).toBe(0);
  });

  it('lists problems with file and line on stderr', () => {
    expect(run(['collapse', path.join(FIXTURES, 'damage/damage-cut-func.txt')]).err).toMatch(
      /damage-cut-func\.txt:\d+: error: the input ends inside goroutine 23/,
    );
    expect(run(['collapse', '-q', path.join(FIXTURES, 'damage/damage-cut-func.txt')]).err).toBe('');
  });
});

describe('render', () => {
  it('keeps colours in palette.map with --cp', () => {
    expect(run(['render', '--cp', '--colors', 'hot', '-o', 'a.svg'], 'main.a;main.b 3\n').code).toBe(0);
    const map = readFileSync(path.join(folder, 'palette.map'), 'utf8');
    expect(map).toMatch(/^main\.a->rgb\(\d+,\d+,\d+\)$/m);
    writeFileSync(path.join(folder, 'palette.map'), map.replace(/main\.a->.*/, 'main.a->rgb(1,2,3)'));
    run(['render', '--cp', '--colors', 'hot', '-o', 'b.svg'], 'main.a;main.b 3\n');
    expect(readFileSync(path.join(folder, 'b.svg'), 'utf8')).toContain('#010203');
  });

  it('takes attributes by function, and refuses markup in them', () => {
    const good = file('attr.txt', 'main.a\thref=https://go.dev/\ttitle=the start\n');
    expect(run(['render', '--nameattr', good, '-o', '-'], 'main.a 3\n').out).toMatch(
      /<a href="https:\/\/go\.dev\/".*<title>the start<\/title>/,
    );
    const bad = file('bad.txt', 'main.a\thref=/x\nmain.b\tg_extra=onclick="alert(1)"\n');
    expect(run(['render', '--nameattr', bad, '-o', '-'], 'main.a 3\n')).toMatchObject({ code: 3, out: '' });
    const script = file('script.txt', 'main.a\thref=javascript:alert(1)\n');
    const { out, err } = run(['render', '--nameattr', script, '-o', '-'], 'main.a 3\n');
    expect(out).not.toContain('javascript:');
    expect(err).toContain('1 links were left out');
  });

  it('turns stacks round and cuts them off at a function', () => {
    const titles = (args: string[], input: string) =>
      [...run(['render', ...args, '-o', '-'], input).out.matchAll(/<title>([^<(]+) \(/g)].map(([, name]) => name);
    expect(titles(['--reverse'], 'a;b;c 3\nd;c 1\n')).toEqual(['all', 'c', 'b', 'a', 'd']);
    expect(titles(['--base', 'b'], 'a;b;c 3\nd;c 1\n')).toEqual(['all', 'b', 'c']);
    expect(titles(['--flamechart'], 'b 1\na 1\nb 1\n')).toEqual(['all', 'b', 'a', 'b']);
    expect(titles(['--no-sort'], 'b 1\na 1\nb 1\n')).toEqual(['all', 'b', 'a']);
  });

  it('the last one of an option that is given twice counts', () => {
    expect(run(['render', '--title', 'one', '--title', 'two', '-o', '-'], 'a 1\n').out).toContain('<title>two</title>');
  });
});

describe('demo', () => {
  it('draws both kinds of maps on four Ps, in the current folder', () => {
    const { code, out, err } = run(['demo']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/P0 \d+\.\d%, P1 \d+\.\d%, P2 \d+\.\d%, P3 \d+\.\d%/);
    for (const name of ['goflame-demo.svg', 'goflame-demo-classic.svg', 'goflame-demo-swiss.svg']) {
      expect(out).toContain(name);
      parseSvg(readFileSync(path.join(folder, name), 'utf8'));
    }
    const flame = parseSvg(readFileSync(path.join(folder, 'goflame-demo.svg'), 'utf8'));
    expect(flame.querySelectorAll('.frames path').length).toBeGreaterThan(10);
    for (const kind of ['classic', 'swiss']) {
      const { hotspots } = JSON.parse(run(['analyze', '--json', `goflame-demo-${kind}.trace`]).out);
      expect(hotspots.map((hotspot: { kind: string }) => hotspot.kind)).toContain('map growth');
    }
  });
});

describe('diff', () => {
  const older = () => file('before.folded', 'main;a 10\nmain;gone 10\n');
  const newer = () => file('after.folded', 'main;a 15\nmain;new 15\n');

  it('tells what changed on stdout, as folded stacks, as JSON', () => {
    const text = run(['diff', older(), newer()]).out;
    expect(text).toMatch(/20 → 30 samples: \+10 \(\+50\.00%\)/);
    expect(text).toMatch(/-10 +10 +0 +-10 +gone/);
    expect(run(['diff', '--folded', older(), newer()]).out).toBe('main;a 10 15\nmain;gone 10 0\nmain;new 0 15\n');
    expect(run(['diff', '--folded', '--normalize', older(), newer()]).out).toBe('main;a 15 15\nmain;gone 15 0\nmain;new 0 15\n');
    const json = JSON.parse(run(['diff', '--json', '--normalize', older(), newer()]).out);
    expect(json).toMatchObject({ schema: 'goflame/diff/1', factor: 1.5, total: { before: 20, after: 30, change: 10 } });
    expect(json.functions.find((one: { function: string }) => one.function === 'gone')).toMatchObject({
      self: { before: 15, after: 0, change: -15 },
    });
  });

  it('draws what is gone as well', () => {
    const target = path.join(folder, 'diff.svg');
    expect(run(['diff', older(), newer(), '-o', target]).code).toBe(0);
    const titles = [...parseSvg(readFileSync(target, 'utf8')).querySelectorAll('.frames title')].map(
      (title) => title.textContent,
    );
    expect(titles).toContain('gone: 10 → 0 samples (−10, gone)');
    expect(titles).toContain('main: 20 → 30 samples (+10, +50.00%)');
  });

  it('exits with 1 and one line that says why', () => {
    const { code, err } = run(['diff', '--fail-on', 'growth>20%,new-race', older(), newer()]);
    expect({ code, err }).toEqual({ code: 1, err: 'goflame: found growth by 50.00%: 20 to 30 samples (--fail-on growth>20%)\n' });
    expect(run(['diff', '--fail-on', 'growth>50%', older(), newer()]).code).toBe(0);
  });

  it('reads one of the two from stdin', () => {
    expect(run(['diff', '-', newer()], 'main;a 15\nmain;new 15\n').out).toContain('No function weighs more or less');
  });
});

describe('pages', () => {
  const page = (name: string) => readFileSync(path.join(folder, name), 'utf8');
  const dataOf = (name: string) => {
    const data = /<script id="data"[^>]*>([^<]*)</.exec(page(name))?.[1] ?? '';
    return decodeReport(inflateRawSync(Buffer.from(data, 'base64')));
  };
  const headings = (html: string) =>
    [...html.matchAll(/<h2>(.*?) <small>(.*?)<\/small>/g)].map(([, name, kind]) => `${name}: ${kind}`);

  it('render merges its inputs into one, report keeps them apart', () => {
    expect(run(['render', WW, RACE, '-o', 'merged.html'])).toEqual({ code: 0, out: '', err: '' });
    expect(headings(page('merged.html'))).toEqual([
      'mapfight-ww-go1.21.txt, pallets-map-go1.26.txt: goroutine dump, race reports',
    ]);
    expect(run(['report', WW, RACE, '-o', 'apart.html', '--title', 'Two & more']).code).toBe(0);
    expect(headings(page('apart.html'))).toEqual([
      'mapfight-ww-go1.21.txt: goroutine dump',
      'pallets-map-go1.26.txt: race reports',
    ]);
    expect(page('apart.html')).toContain('<title>Two &amp; more</title>');
  });

  it('hold all they need, and allow their own script and styles alone', () => {
    run(['report', WW, '-o', 'alone.html']);
    const html = page('alone.html');
    expect(/(?:src|href)="https?:|url\((?!#)|@import/.test(html)).toBe(false);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1].replaceAll('&#39;', "'") ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[\w+/=]+' 'sha256-[\w+/=]+'; style-src 'sha256-/);
    expect(policy).not.toContain('unsafe');
    expect(html.includes(' style=')).toBe(false);
  });

  it('are the same bytes each time', () => {
    run(['report', WW, RACE, '-o', 'one.html']);
    run(['report', WW, RACE, '-o', 'two.html', '--title', '2 inputs']);
    expect(page('one.html') === page('two.html')).toBe(true);
  });

  it('begin as the options of the picture say', () => {
    run(['render', WW, '-o', 'start.html', '--colors', 'state', '--sort', 'width', '--search', 'main']);
    const { start } = dataOf('start.html');
    expect(readHash(start)).toMatchObject({ coloring: 'state', order: 'width', term: { text: 'main', plain: false } });
  });

  it('judge by --fail-on, refuse by --strict', () => {
    expect(run(['report', RACE, '--fail-on', 'race', '-o', 'failed.html']).code).toBe(1);
    const cut = readFileSync(RACE, 'utf8').slice(0, 900);
    expect(run(['report', file('cut.log', cut), '--strict', '-o', 'strict.html']).code).toBe(3);
    expect(existsSync(path.join(folder, 'strict.html'))).toBe(false);
  });

  it('show differences', () => {
    const [older, newer] = ['before', 'after'].map((when) => path.join(FIXTURES, `goroutines/ferry-${when}-go1.26.txt`));
    expect(run(['diff', older, newer, '-o', 'diff.html', '--fail-on', 'goroutines>+100']).code).toBe(1);
    expect(headings(page('diff.html'))).toEqual([
      'ferry-before-go1.26.txt → ferry-after-go1.26.txt: difference of goroutine dump',
    ]);
  });

  it('show a trace over time, and a part of it where one is asked for', () => {
    const trace = path.join(FIXTURES, 'gotrace/mapgrow-1.26.trace.gz');
    expect(run(['report', '-q', trace, '--from', '100ms', '--to', '150ms', '-o', 'trace.html'])).toEqual({
      code: 0,
      out: '',
      err: '',
    });
    const { subjects } = dataOf('trace.html');
    expect(subjects[0].views.map(({ kind }) => kind)).toEqual(['timeline', 'flame', 'table', 'table', 'table', 'table', 'table']);
    expect(subjects[0].facts[0].text).toBe('50.0 ms, GOMAXPROCS 4');
    expect(page('trace.html')).toMatch(/class="goflame timeline[\s\S]*<h3>Hotspots</);
    const text = run(['diff', '-q', trace, trace]).out;
    expect(text).toMatch(/p99 +180 µs +180 µs +=/);
  });

  it('show scheduler logs and test output as tables', () => {
    run([
      'report',
      path.join(FIXTURES, 'schedtrace/belts-schedtrace-go1.26.txt'),
      file('ok.txt', 'ok  \tx\t0.1s\nPASS\n'),
      '-o',
      'tables.html',
    ]);
    expect(page('tables.html')).toMatch(/<h3>Scheduler<[\s\S]*<h3>Tests</);
  });
});
