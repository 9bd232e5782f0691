/** Exports of log stores and other carriers: the inputs in test/fixtures/carriers with their right answers, and what is none. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { JsonEntryScanner, looksLikeDocument } from '../../src/formats/transport/entries.ts';
import { foldedLines } from '../support/collapse.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { creatorText, dumpsOf, framesOf, profilesOf, readText } from '../support/read.ts';

function load(name: string): string {
  return readFileSync(path.join(FIXTURES, `carriers/${name}.txt`), 'utf8');
}

/** The crash, and each goroutine in a line. */
function told(text: string): string[] {
  const evidence = readText(text);
  return dumpsOf(evidence).flatMap(({ crash, goroutines }) => [
    ...(crash === null ? [] : [`${crash.kind}: ${crash.message}`]),
    ...goroutines
      .toSorted((a, b) => b.id - a.id)
      .map((g) => {
        const by = creatorText(evidence.stacks, g.createdBy);
        return `${g.id} ${g.state} ${g.waitMinutes}: ${framesOf(evidence.stacks, g.stack).join(', ')}${by === null ? '' : `, by ${by}`}`;
      }),
  ]);
}

const SHOP = [
  'panic: boom: cart 7 is closed',
  '34 running 0: example.com/shop/cart.(*Cart).Add /src/shop/cart/cart.go:41, example.com/shop/cart.Serve.func1 /src/shop/cart/serve.go:17, by example.com/shop/cart.Serve /src/shop/cart/serve.go:15 in 1',
  '1 chan receive 3: example.com/shop/cart.Serve /src/shop/cart/serve.go:22, main.main /src/shop/main.go:9',
];

describe('the cart', () => {
  for (const name of ['cloudwatch-insights-csv', 'gcloud-json-array', 'junit-escaped', 'teamcity-message', 'rsyslog-octal']) {
    it(name, () => {
      expect(told(load(name))).toEqual(SHOP);
      expect(readText(load(name)).problems).toEqual([]);
    });
  }

  it('wrapped at 40 columns: joined, and said', () => {
    expect(told(load('wrapped-80'))).toEqual(SHOP);
    expect(readText(load('wrapped-80')).problems).toMatchObject([
      { severity: 'info', line: 4, message: expect.stringContaining('lines were broken') },
    ]);
  });

  it('cut at 78 columns: no wrong name, and said', () => {
    expect(told(load('journal-pager-cut'))).toEqual(SHOP.map((line) => line.replace(' in 1', '')));
    expect(readText(load('journal-pager-cut')).problems).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('lines are cut at 78 columns') },
    ]);
  });

  it('the newest line first, tabs lost', () => {
    expect(told(load('gcb-reversed-notabs'))).toEqual(SHOP);
    expect(readText(load('gcb-reversed-notabs')).problems).toMatchObject([
      { severity: 'info', message: expect.stringContaining('newest line comes first') },
    ]);
  });

  for (const columns of [42, 44, 45, 47, 48, 50]) {
    it(`cut at ${columns} columns: no wrong name, and said`, () => {
      const cut = SHOP_TEXT.split('\n')
        .map((line) => line.slice(0, columns))
        .join('\n');
      expect(told(cut)).toEqual(SHOP.map((line) => line.replace(' in 1', '')));
      expect(readText(cut).problems).toMatchObject([
        { severity: 'warning', message: expect.stringContaining(`cut at ${columns} columns`) },
      ]);
    });
  }

  for (const columns of [40, 50, 60]) {
    it(`wrapped at ${columns} columns by a mail program, quoted`, () => {
      const quoted = SHOP_TEXT.split('\n')
        .flatMap((line) => wrapWords(line, columns))
        .map((line) => `> ${line}`.trimEnd());
      expect(told(quoted.join('\n'))).toEqual(SHOP);
    });
  }

  const INSIDE: Record<string, (line: string, i: number) => string> = {
    klog: (l, i) => `E1101 10:00:00.${String(i).padStart(6, '0')}       1 main.go:12] ${l}`,
    CRI: (l, i) => `2026-11-01T10:00:00.${String(i).padStart(9, '0')}Z stderr F ${l}`,
    'docker compose': (l) => `api_1  | ${l}`,
  };
  const OUTSIDE: Record<string, (lines: readonly string[]) => string> = {
    'Google Cloud': (ls) =>
      JSON.stringify(
        ls.map((textPayload) => ({ textPayload })),
        null,
        2,
      ),
    Loki: (ls) => JSON.stringify({ data: { result: [{ stream: {}, values: ls.map((l, i) => [String(i), l]) }] } }),
    'JSON lines': (ls) => ls.map((message) => JSON.stringify({ message })).join('\n'),
    CSV: (ls) => ['time,message', ...ls.map((l, i) => `${i},"${l.replaceAll('"', '""')}"`)].join('\n'),
    TeamCity: (ls) => ls.map((l) => `##teamcity[testStdOut name='T' out='${l.replace(/[|'[\]]/g, '|$&')}|n']`).join('\n'),
  };
  for (const [inside, prefix] of Object.entries(INSIDE)) {
    for (const [outside, wrap] of Object.entries(OUTSIDE))
      it(`${inside} in ${outside}`, () => expect(told(wrap(SHOP_TEXT.split('\n').map(prefix)))).toEqual(SHOP));
  }

  const TABLES: Record<string, (line: string, i: number) => string> = {
    Markdown: (l, i) => `| ${1580 + i} | ${l} |`,
    'aws --output table': (l, i) => `|  ${1580 + i}  |  ${l.padEnd(80)} |`,
    'aws --output text': (l, i) => `EVENTS\t36900\t158000000000${i % 10}\tstream\t${l}\t1580000000${i}`,
  };
  for (const [name, row] of Object.entries(TABLES))
    it(`rows of a table: ${name}`, () => expect(told(SHOP_TEXT.split('\n').map(row).join('\n'))).toEqual(SHOP));

  it('columns of a table: Grafana', () => {
    const lines = SHOP_TEXT.split('\n');
    const frames = [
      { schema: { fields: [{ name: 'Time' }, { name: 'Line' }] }, data: { values: [lines.map((_, i) => i), lines] } },
    ];
    expect(told(JSON.stringify({ results: { A: { frames } } }))).toEqual(SHOP);
  });

  it('the newest line first, far behind the beginning: said', () => {
    const ticks = Array.from({ length: 3000 }, (_, i) => `tick ${i} of a log that is longer than what is looked at`);
    const { problems } = readText([...ticks, ...SHOP_TEXT.trimEnd().split('\n').reverse()].join('\n'));
    expect(problems.map(({ message }) => message).join()).toContain('in reverse order, the newest first');
  });

  it('a header in a shape that is not known: said', () => {
    const text = SHOP_TEXT.split('\n')
      .map((line) => `<<${line}>> end`)
      .join('\n');
    const { problems } = readText(text);
    expect(problems.map(({ message }) => message).join()).toMatch(/headers? of goroutines? in a shape that is not read/);
  });

  for (const columns of [30, 36, 40, 50, 60, 66, 72, 80]) {
    it(`broken at ${columns} columns by a terminal: no name that is not there`, () => {
      const whole = SHOP_TEXT;
      const broken = whole.split('\n').flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, 'g')) ?? ['']);
      const known = new Set(foldedLines(whole).flatMap((line) => line.replace(/ \d+$/, '').split(';')));
      const names = foldedLines(broken.join('\n')).flatMap((line) => line.replace(/ \d+$/, '').split(';'));
      expect(names.filter((name) => !known.has(name))).toEqual([]);
      expect(told(broken.join('\n')).filter((line) => !/ in 1$/.test(line) && !SHOP.includes(line))).toEqual([]);
    });
  }
});

function wrapWords(line: string, columns: number): string[] {
  const lines = [''];
  for (const word of line.split(' ')) {
    const last = lines[lines.length - 1];
    if (last === '' || last.length + word.length + 1 <= columns) lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const SHOP_TEXT = `panic: boom: cart 7 is closed

goroutine 34 [running]:
example.com/shop/cart.(*Cart).Add(0xc000123480, {0x1400012e008, 0x3})
	/src/shop/cart/cart.go:41 +0x1d4
example.com/shop/cart.Serve.func1()
	/src/shop/cart/serve.go:17 +0x2c
created by example.com/shop/cart.Serve in goroutine 1
	/src/shop/cart/serve.go:15 +0x5e

goroutine 1 [chan receive, 3 minutes]:
example.com/shop/cart.Serve(0xc0000a4060)
	/src/shop/cart/serve.go:22 +0x9c
main.main()
	/src/shop/main.go:9 +0x2f
exit status 2
`;

describe('other inputs', () => {
  it('TeamCity, line ends as ^M', () => {
    const [dump] = dumpsOf(readText(load('teamcity-crlf')));
    expect(dump.crash?.chain.map(({ message }) => message)).toEqual([
      'write /home/agent/run_1/test.log: file already closed',
      'second: file already closed',
    ]);
    expect(told(load('teamcity-crlf'))[1]).toMatch(
      /^10075 running 0: (?:\S+ \S+, ){3}by main\.\(\*runner\)\.run \/home\/agent\/work\/rt\/run\.go:12$/,
    );
  });

  it('echo: a header behind other text in a JSON message', () => {
    expect(told(load('echo-plain-json')).at(-1)).toBe(
      '32 running 0: example.com/shop/mw.Recover.func1.1 /src/mw/recover.go:71, panic /usr/local/go/src/runtime/panic.go:505, example.com/shop/bar.Foo /src/bar/bar.go:112, example.com/shop.(*Echo).Add.func1 /src/echo.go:477',
    );
  });

  it('a syslog writes tabs in octal', () => {
    expect(told(load('systemd-crash-tabs-octal')).at(-1)).toContain(' google.golang.org/grpc@v1.27.1/server.go:1313, by ');
    expect(JSON.stringify(told(load('systemd-crash-tabs-octal')))).not.toContain('#011');
  });

  it('a profile in a journal, the newest line first', () => {
    const evidence = readText(load('journald-profile-reversed'));
    const [profile] = profilesOf(evidence);
    expect(profile.records.map(({ count, stack }) => [count, framesOf(evidence.stacks, stack).length])).toEqual([
      [3, 3],
      [2, 2],
    ]);
    expect(evidence.problems.map(({ severity }) => severity)).toEqual(['info']);
  });

  it('quoted in a mail', () => expect(told(load('quoted-dump'))).toHaveLength(2));

  it('folded stacks: a blank is a frame, a stray line is named', () => {
    expect(foldedLines(load('folded-blank-frame'))).toEqual(['a;b;  3', 'a;b; 4']);
    expect(foldedLines(load('folded-stray-line'))).toHaveLength(4);
    expect(readText(load('folded-stray-line')).problems).toMatchObject([
      { line: 1, message: expect.stringContaining('--from folded') },
      { line: 4, severity: 'warning' },
    ]);
  });
});

describe('what is none', () => {
  const NOTHING: Record<string, readonly [string, RegExp]> = {
    'a JSON log': ['{"level":"info","msg":"started"}\n{"level":"info","msg":"panic button pressed"}\n', /nothing found to read;/],
    'a JSON document of a log': [
      JSON.stringify([{ textPayload: 'a' }, { textPayload: 'goroutine pool of 7 [workers] started' }], null, 2),
      /JSON document of 2 entries/,
    ],
    'a package.json': ['{\n  "name": "x",\n  "scripts": { "a": "b" },\n  "files": ["a", "b"]\n}\n', /nothing found to read/],
    'a table of something else': ['name,message,size\na,"b, c",3\nd,e,4\n', /table of 2 rows/],
    XML: [
      '<?xml version="1.0"?>\n<project><name>panic room</name><v a="goroutine"/></project>\n',
      /nothing found to read in XML/,
    ],
    'a report of tests that passed': [
      '<testsuite tests="1"><testcase name="TestX" time="0.1"></testcase></testsuite>\n',
      /in XML/,
    ],
    'an SVG picture': ['<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>\n', /an SVG picture/],
  };
  for (const [name, [text, message]] of Object.entries(NOTHING)) {
    it(name, () => {
      expect(() => readText(text)).toThrow(InputError);
      expect(() => readText(text)).toThrow(message);
    });
  }

  it('lines in their own order stay so', () => {
    const twice = `${SHOP_TEXT}\n${SHOP_TEXT.replaceAll('34', '35')}`;
    expect(readText(twice).problems).toEqual([]);
    expect(dumpsOf(readText(twice)).map(({ line }) => line)).toEqual([1, 18]);
  });
});

describe('a JSON document', () => {
  it('is told from an object a line', () => {
    for (const text of [
      '{"a":1}\n{"b":2}\n',
      '{"log":"x\\n","stream":"a"}\n{"log":"y\\n"}\n',
      '[GIN] 200\n{"a":1}\n',
      '{"msg":"x","errors":[{"a":1}]}\n{"msg":"y"}\n',
      'goroutine 1 [running]:\n[{"a":1}]\n',
    ])
      expect(looksLikeDocument(text), text).toBe(false);
    for (const text of [
      '[\n  {\n',
      '{\n  "events": [\n',
      '[{"a":1},{"b":2}]',
      '{"events":[{"message":"x"}]}',
      '["a","b"]',
      '{"hits":{"hits":[{"a":1}]}}\n',
    ])
      expect(looksLikeDocument(text), text).toBe(true);
  });

  it('gives the same entries for chunks of any size, however it is laid out', () => {
    const value = {
      a: 1.5e3,
      t: true,
      n: null,
      events: [{ m: 'x"\\é\n', tags: ['a', { b: [] }] }, 'text', ['1', 'é,]}'], 7],
      z: { hits: [{ q: {} }] },
    };
    for (const indent of [0, 1, 2]) {
      const bytes = Buffer.from(`junk above\n${JSON.stringify(value, null, indent)}\njunk below`);
      const seen = [1, 2, 3, 7, 1000].map((step) => {
        const entries: unknown[] = [];
        const scanner = new JsonEntryScanner({
          entry: (text, line) => entries.push([JSON.parse(text), indent === 0 ? line : 0]),
          plain: (text) => entries.push(text),
          damage: (message) => entries.push(message),
        });
        for (let at = 0; at < bytes.length; at += step) scanner.push(bytes.subarray(at, at + step));
        scanner.finish();
        return entries;
      });
      for (const one of seen) expect(one).toEqual(seen[0]);
      expect(seen[0].filter((one) => typeof one === 'string')).toEqual(['junk above', 'junk below']);
      expect(JSON.stringify(seen[0])).toContain(JSON.stringify(value.events[0]));
      expect(JSON.stringify(seen[0])).toContain(JSON.stringify(value.events[2]));
    }
  });

  it('that is cut off gives what is whole, and says so', () => {
    const whole = load('gcloud-json-array');
    for (let end = 400; end < whole.length - 3; end += 137) {
      let problems: readonly { message: string }[] = [];
      try {
        problems = readText(whole.slice(0, end)).problems;
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        continue;
      }
      expect(problems.map(({ message }) => message)).toContain('the JSON document is cut off: its last entry is not whole');
    }
  });
});
