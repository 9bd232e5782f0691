/** What lies between a program and a file: each capture must be found again behind each of these. */

import { describe, expect, it } from 'vitest';
import { fixtures } from '../support/fixtures.ts';
import { essenceOf, readText } from '../support/read.ts';

function lines(change: (line: string, i: number) => string): (text: string) => string {
  return (text) => text.split('\n').map(change).join('\n');
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function jsonLines(wrap: (line: string) => object): (text: string) => string {
  return lines((line) => JSON.stringify(wrap(line)));
}

const CARRIERS: Record<string, (text: string) => string | Buffer> = {
  'docker compose': lines((l) => `api_1  | ${l}`),
  'docker compose, blanks at line ends lost': lines((l) => `api_1  | ${l}`.trimEnd()),
  'Kubernetes CRI, a changing time': lines(
    (l, i) => `2026-11-01T10:00:${digits(i % 60, 2)}.${digits((i * 7919) % 1e9, 9)}Z stderr F ${l}`,
  ),
  'GitHub Actions, fractions of any length': lines(
    (l, i) => `2026-11-01T10:00:${digits(i % 60, 2)}.${String((i * 7919) % 1e7).replace(/0+$/, '1')}Z ${l}`,
  ),
  journald: lines((l, i) => `Nov 30 10:00:${digits(i % 60, 2)} host-1 app[2866]: ${l}`),
  klog: lines((l, i) => `${'EIWF'[i % 4]}1101 10:00:00.${digits(i, 6)}       1 main.go:12] ${l}`),
  Jenkins: lines((l, i) => `[2021-06-21T15:36:38.${digits(i % 1000, 3)}Z] ${l}`),
  kubectl: lines((l) => `[pod/api-7d9f8-abc12/api] ${l}`),
  'two containers in turn': lines((l, i) => `web_1  | ${l}\nweb_2  | tick ${i}`),
  'CRLF line ends': lines((l) => `${l}\r`),
  'ANSI colours': lines((l) => `\x1b[31m${l}\x1b[0m`),
  'tabs turned to 4 blanks': (text) => text.replaceAll('\t', '    '),
  'tabs turned to 8 blanks': (text) => text.replaceAll('\t', '        '),
  'indented by 4': lines((l) => `    ${l}`),
  'UTF-16': (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
  'a byte order mark': (text) => `\ufeff${text}`,
  'HTML entities': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&#34;'),
  'docker json-file': jsonLines((l) => ({ log: `${l}\n`, stream: 'stderr', time: '2026' })),
  'Google Cloud, nested JSON': jsonLines((l) => ({ insertId: 'x', jsonPayload: { message: l } })),
  'one JSON string': (text) => JSON.stringify({ level: 'error', msg: 'boom', stacktrace: text }),
  'JSON in JSON': (text) => JSON.stringify({ log: JSON.stringify({ msg: 'x', stack: text }) }),
  logfmt: (text) => `time=x level=error msg=panic stack=${JSON.stringify(text)} foo=bar`,
  'test2json, lines split': (text) =>
    text
      .split('\n')
      .flatMap((l) => [l.slice(0, 20), `${l.slice(20)}\n`])
      .map((Output) => JSON.stringify({ Action: 'output', Package: 'p', Test: 'TestX', Output }))
      .join('\n'),
  'a log before and behind': (text) =>
    `2026/11/01 10:00:00 listening on :8080\n2026/11/01 10:00:01 {"a":1}\n${text}\n2026/11/01 bye\n`,
};

/** One of each kind, small; the damage itself is the subject here. */
const SUBJECTS = [
  'goroutines/depot-worker-all-go1.24',
  'goroutines/mapfight-rw-go1.24',
  'goroutines/conveyor-quit-go1.19',
  'goroutines/route-debug2-go1.27',
  'goroutines/lockers-go1.26',
  'race/pallets-parties-go1.19',
  'race/jam-map-go1.23',
  'countprofile/route-debug1-go1.24',
];

for (const name of SUBJECTS) {
  const one = fixtures.find((each) => each.name === name);
  describe(`${name} behind`, () => {
    const text = (one as NonNullable<typeof one>).bytes.toString('utf8');
    const wanted = essenceOf(readText(text));
    it('nothing: something is found', () => expect(wanted.length).toBeGreaterThan(1));
    for (const [carrier, change] of Object.entries(CARRIERS)) {
      it(carrier, () => expect(essenceOf(readText(change(text))).sort()).toEqual([...wanted].sort()));
    }
  });
}

describe('in between', () => {
  it('lines of the application cost no goroutine, and are listed', () => {
    const text =
      'goroutine 1 [running]:\nmain.f(0x1)\n2026/01/01 00:00:00 tick\n\t/a.go:1 +0x1\nmain.main()\n\t/a.go:9 +0x1\n\ngoroutine 2 [select]:\n!!! odd line !!!\nmain.g()\n\t/b.go:1 +0x1\n';
    const evidence = readText(text);
    expect(essenceOf(evidence).filter((entry) => entry.startsWith('['))).toHaveLength(2);
    expect(JSON.stringify(essenceOf(evidence))).toContain('main.f /a.go:1');
    expect(evidence.problems.map(({ line }) => line)).toContain(9);
  });
});
