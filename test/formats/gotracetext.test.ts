/** The text form of traces: what Go's own tool prints, read back to the same bytes; errors with their line. */

import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { Ev, STRUCTURE_EVENTS, TIMED_EVENTS } from '../../src/formats/gotrace/spec.ts';
import { quoteGo, unquoteGo } from '../../src/formats/gotrace/text/quote.ts';
import { makeRandom } from '../support/generate.ts';
import { goTraceTool, runTraceTool } from '../support/gotool.ts';
import { readText } from '../support/read.ts';
import { smallTrace } from '../support/smalltrace.ts';
import { convertTrace, readTrace, v2Traces } from '../support/trace.ts';

const toText = (bytes: Uint8Array, step?: number) => convertTrace(bytes, { form: 'text' }, step).bytes;
const toBinary = (text: Uint8Array | string, step?: number) => convertTrace(text, { form: 'binary' }, step).bytes;

const SMALL = `Trace Go1.22
EventBatch gen=1 m=0 time=10
ProcStatus dt=1 p=0 pstatus=1
GoStatus dt=1 g=1 m=0 gstatus=2
GoStop dt=1 reason_string=1 stack=1
EventBatch gen=1 m=18446744073709551615 time=0
Frequency freq=15625000
EventBatch gen=1 m=18446744073709551615 time=0
Stacks
Stack id=1 nframes=1
	pc=18446744073709551615 func=2 file=3 line=10
EventBatch gen=1 m=18446744073709551615 time=0
Strings
String id=1
	data="preempted"
String id=2
	data="main.main"
String id=3
	data="main.go"
`;

describe('the text form', () => {
  for (const { name, bytes } of v2Traces) {
    it(`${name}: to text and back gives the same events, and then the same text`, () => {
      const text = toText(bytes);
      const back = toBinary(text);
      expect(toText(back).equals(text)).toBe(true);
      const wanted = readTrace(bytes);
      expect(readTrace(back)).toEqual(wanted);
      expect(readTrace(text)).toEqual(wanted);
    });

    it.skipIf(goTraceTool === null)(`${name}: is what go tool trace -d=wire prints`, () => {
      const { stdout } = runTraceTool('wire', bytes);
      const text = toText(bytes).toString();
      const [head] = text.split('\n', 1);
      expect(head).toMatch(/^Trace Go1\.2\d$/);
      expect(text.slice(head.length + 1) === stdout).toBe(true);
    });
  }

  it('has what runtime and hand may leave out: sizes, and experiments as they are', () => {
    expect(toText(toBinary(SMALL)).toString()).toBe(
      SMALL.replace('time=10', 'time=10 size=13')
        .replace('time=0\nFrequency', 'time=0 size=5\nFrequency')
        .replace('time=0\nStacks', 'time=0 size=17\nStacks')
        .replace('time=0\nStrings', 'time=0 size=35\nStrings'),
    );
    const text = 'Trace Go1.26\nExperimentalBatch exp=1 gen=7 m=2 time=3\n\tdata="\\x01\\x80é"\nEndOfGeneration\n';
    expect(toText(toBinary(text)).toString()).toBe(text);
    expect([...toBinary(text).subarray(16)]).toEqual([49, 1, 7, 2, 3, 4, 1, 128, 0xc3, 0xa9, Ev.EndOfGeneration]);
  });

  it('is the same in pieces of any size', () => {
    const bytes = smallTrace(26, 3);
    const text = toText(bytes);
    for (const step of [1, 7, 100]) {
      expect(toText(bytes, step).equals(text)).toBe(true);
      expect(toBinary(text, step).equals(bytes)).toBe(true);
      expect(readTrace(text, step)).toEqual(readTrace(bytes));
    }
  });

  it('may have comments, blank lines and any line ends, and be a file of an archive', () => {
    const wanted = toBinary(SMALL);
    const commented = `\n# a trace\n  # by hand\n\n${SMALL.replaceAll('\n', '   # and so on\n\n').replaceAll(/(data=".*?").*/g, '$1')}`;
    expect(toBinary(commented).equals(wanted)).toBe(true);
    expect(toBinary(SMALL.replaceAll('\n', '\r\n')).equals(wanted)).toBe(true);
    expect(toBinary(`-- expect --\nSUCCESS\n-- trace --\n${SMALL}-- notes --\nEnd of it.\n`).equals(wanted)).toBe(true);
    expect(toBinary(`How it goes wrong.\n-- trace --\n# here\n${SMALL}`).equals(wanted)).toBe(true);
    expect(toBinary(Buffer.from(`\ufeff${SMALL}`, 'utf16le')).equals(wanted)).toBe(true);
    expect(toBinary(`\ufeff${SMALL}`).equals(wanted)).toBe(true);
  });

  it('is known by its content, as every input is', () => {
    for (const text of [SMALL, `\n#\n${SMALL}`, `-- expect --\nSUCCESS\n-- trace --\n${SMALL}`]) {
      expect(readText(text).parts).toMatchObject([{ format: 'go-trace', version: '1.22', events: 5 }]);
      expect(readText(text, { from: 'go-trace' }).parts).toHaveLength(1);
      expect(() => readText(text, { from: 'folded' })).toThrow(InputError);
    }
    expect(() => readText(SMALL.slice(13))).toThrow('put `Trace Go1.N` before what `go tool trace -d=wire` printed');
  });

  it('has a name for each event of the table, once', () => {
    const names = [...STRUCTURE_EVENTS, ...TIMED_EVENTS].flatMap((spec) => (spec === undefined ? [] : [spec.name]));
    expect(new Set(names).size).toBe(names.length);
    for (let id = 0; id < 256; id++) expect(STRUCTURE_EVENTS[id] === undefined || TIMED_EVENTS[id] === undefined).toBe(true);
  });
});

describe('texts in quotes', () => {
  const SAMPLES: readonly (readonly [number[] | string, string])[] = [
    ['plain', '"plain"'],
    ['a "b" \\c', '"a \\"b\\" \\\\c"'],
    ['\x07\b\t\n\v\f\r', '"\\a\\b\\t\\n\\v\\f\\r"'],
    ['\x00\x1f\x7f', '"\\x00\\x1f\\x7f"'],
    ['é 世 \u{1f600}', '"é 世 \u{1f600}"'],
    ['\u0085\u00a0\u200b\u{e0001}', '"\\u0085\\u00a0\\u200b\\U000e0001"'],
    ['\ufffd', '"\ufffd"'],
    [[0xff, 0x41, 0xc3], '"\\xffA\\xc3"'],
    [[0xed, 0xa0, 0x80], '"\\xed\\xa0\\x80"'],
    [[0xc0, 0x80, 0xf4, 0x90, 0x80, 0x80], '"\\xc0\\x80\\xf4\\x90\\x80\\x80"'],
  ];
  for (const [content, quoted] of SAMPLES) {
    it(`${quoted}, and back`, () => {
      const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
      expect(quoteGo(bytes)).toBe(quoted);
      const text = Buffer.from(quoted);
      expect(Buffer.from(unquoteGo(text, 0, text.length) ?? [])).toEqual(bytes);
    });
  }

  it('by hand: octal and raw ones', () => {
    const unquote = (text: string) => {
      const bytes = Buffer.from(text);
      const found = unquoteGo(bytes, 0, bytes.length);
      return found === null ? null : Buffer.from(found).toString();
    };
    expect(unquote('"\\101\\x42\\u0043\\U00000044"')).toBe('ABCD');
    expect(unquote('`a\\n"b"`')).toBe('a\\n"b"');
    for (const wrong of [
      '"',
      '""a',
      '"a',
      'a"',
      '"\\q"',
      '"\\x4"',
      '"\\8"',
      '"\\400"',
      '"\\ud800"',
      '"\\U00110000"',
      '"a"b"',
      "'a'",
      '"\\o101"',
      '',
    ])
      expect(unquote(wrong), wrong).toBe(null);
  });
});

describe('a text that is broken', () => {
  /** What is replaced in SMALL, by what; the message; the line. */
  const ERRORS: Record<string, readonly [string, string, string, number]> = {
    'an unknown event': ['GoStop dt=1', 'GoHalt dt=1', 'GoHalt is no event of this version', 5],
    'an event of a later version': ['GoStop dt=1', 'GoSwitch dt=1', 'GoSwitch is no event of this version', 5],
    'an argument of another name': ['reason_string=1', 'reason=1', 'reason_string=NUMBER is expected; found reason=1', 5],
    'a missing argument': ['gstatus=2', '', 'gstatus=NUMBER is expected; found the end of the line', 4],
    'too many arguments': ['pstatus=1', 'pstatus=1 more=1', 'the end of the line is expected; found more=1', 3],
    'no number': ['g=1', 'g=x1', 'a decimal number is expected behind g=; found g=x1', 4],
    'a negative number': ['g=1', 'g=-1', 'a decimal number is expected behind g=; found g=-1', 4],
    'a number of more than 64 bits': ['g=1', `g=${2n ** 64n}`, 'a number behind g= that 64 bits do not hold', 4],
    'a number without end': ['g=1', `g=${'9'.repeat(5000)}`, 'a number behind g= that 64 bits do not hold', 4],
    'a size that is none': ['time=10', 'time=10 size=12', 'EventBatch says size=12, but the events in it take 13 bytes', 2],
    'an event outside of batches': ['EventBatch gen=1 m=0 time=10\n', '', 'ProcStatus stands in no batch', 2],
    'a stack without its frames': ['nframes=1', 'nframes=2', 'pc=NUMBER is expected; found EventBatch', 12],
    'a stack of too many frames': ['nframes=1', 'nframes=129', 'a stack of 129 frames; at most 128 are allowed', 10],
    'a string without its text': ['\tdata="preempted"\n', '', 'data="…" is expected; found String', 15],
    'a text without quotes': ['"preempted"', 'preempted', 'a text in quotes, as Go has it, is expected behind data=', 15],
    'a string that is too long': ['preempted', 'x'.repeat(1025), 'a string of 1025 bytes; at most 1024 are allowed', 14],
    'a batch that is too long': ['preempted', 'x'.repeat(66_000), 'the batch of line 12 has more than 65536 bytes', 15],
  };
  for (const [title, [wanted, replacement, message, line]] of Object.entries(ERRORS)) {
    it(`${title}: line ${line}`, () => {
      const text = SMALL.replace(wanted, replacement);
      const { problems } = readTrace(Buffer.from(text));
      expect(problems).toMatchObject([{ severity: 'error', line, message: expect.stringContaining(message) }]);
      expect(() => readText(text)).toThrow(message);
    });
  }

  it('by what its events say: the line of the event, wherever comments stand', () => {
    const text = SMALL.replace('GoStop dt=1', '# again\n\nGoStatus dt=0 g=1 m=0 gstatus=4\nGoStop dt=1');
    expect(readTrace(Buffer.from(text)).problems).toMatchObject([
      { line: 7, message: expect.stringContaining('goroutine 1 has the status 2, not 4') },
    ]);
    const late = toText(smallTrace(26, 300))
      .toString()
      .replace(/(gen=300 [\s\S]*?)GoStop/, '$1GoBlock dt=0 reason_string=0 stack=0\nGoStop');
    const { problems, part } = readTrace(Buffer.from(late.replaceAll(/ size=\d+/g, '')));
    expect(problems).toHaveLength(1);
    expect(part.generations).toBe(299);
    expect(late.split('\n')[Number(problems[0].line) - 1]).toMatch(/^GoStop/);
  });

  it('after whole generations gives these', () => {
    const text = `${toText(smallTrace(26, 3))}Nonsense\n`;
    const { part, problems } = readTrace(Buffer.from(text));
    expect(part).toMatchObject({ generations: 3, truncated: true });
    expect(problems).toMatchObject([{ line: text.split('\n').length - 1 }]);
  });

  it('of a version that is unknown, of nothing, or of an archive without a trace', () => {
    expect(() => readText('Trace Go1.24\n')).toThrow(
      'text form of a trace of go 1.24; this version reads 1.22, 1.23, 1.25, 1.26',
    );
    expect(() => readText('Trace Go1.22\n')).toThrow(InputError);
    expect(() => convertTrace('-- notes --\nTrace Go1.22\n', { form: 'binary' })).toThrow('no execution trace; expected');
  });

  it('cut at every byte, or changed anywhere: a problem or an error', () => {
    const text = Buffer.concat([Buffer.from('-- trace --\n'), toText(smallTrace(25, 2))]);
    const { events } = readTrace(text).part;
    for (let at = 0; at < text.length; at++) attempt(text.subarray(0, at), events);
    for (let seed = 1; seed <= Number(process.env.GOFLAME_FUZZ ?? 1000); seed++) {
      const random = makeRandom(seed * 7907);
      const bytes = Buffer.from(text);
      for (let left = 1 + random(4); left > 0; left--)
        bytes[random(bytes.length)] = random(3) === 0 ? random(256) : 0x20 + random(95);
      attempt(bytes, Number.POSITIVE_INFINITY);
    }
  });
});

function attempt(bytes: Buffer, most: number): void {
  for (const read of [readTrace, toBinary]) {
    try {
      const found = read(bytes);
      if (!Buffer.isBuffer(found)) expect(found.part.events).toBeLessThanOrEqual(most);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
}

describe('another version of the format', () => {
  const write = (bytes: Uint8Array, version: 22 | 23 | 25 | 26) => convertTrace(bytes, { form: 'binary', version });

  it('has the same events', () => {
    for (const from of [22, 23, 25, 26] as const) {
      const wanted = readTrace(smallTrace(from, 3)).events;
      for (const to of [22, 23, 25, 26] as const) {
        if (from < 25 && to >= 25) continue;
        const { bytes, problems } = write(smallTrace(from, 3), to);
        expect(bytes.toString('latin1', 0, 13)).toBe(`go 1.${to} trace`);
        expect(problems.map(({ severity }) => severity)).toEqual(from >= 25 && to < 25 ? ['info'] : []);
        expect(readTrace(bytes)).toMatchObject({ events: wanted, problems: [], part: { generations: 3 } });
        if (from === to) expect(bytes.equals(smallTrace(from, 3))).toBe(true);
      }
    }
  });

  it.skipIf(goTraceTool === null)("has the same events for Go's own tool", () => {
    const lines = (bytes: Buffer) =>
      runTraceTool('parsed', bytes)
        .stdout.split('\n')
        .filter((line) => !line.includes(' Sync '));
    for (const { name, bytes } of v2Traces) {
      if (name.endsWith('1.27')) expect(lines(write(bytes, 23).bytes)).toEqual(lines(bytes));
    }
  });

  it('is refused where it has no place for what is there', () => {
    expect(() => write(smallTrace(23), 25)).toThrow('has a reading of the clocks in each generation');
    const modern = v2Traces.find(({ name }) => name === 'multigen-1.23')?.bytes as Buffer;
    expect(() => write(modern, 22)).toThrow('GoStatusStack, which came with go 1.23');
    expect(() => write(toBinary('Trace Go1.23\nExperimentalBatch exp=1 gen=1 m=0 time=0\n\tdata="a"\n'), 22)).toThrow(
      'an ExperimentalBatch',
    );
  });

  it('of a trace that breaks off has no end that it had not', () => {
    const bytes = smallTrace(25, 2);
    const { bytes: cut, problems } = write(bytes.subarray(0, bytes.length - 4), 26);
    expect(problems).toMatchObject([{ severity: 'error', message: expect.stringContaining('ends within a batch') }]);
    expect(readTrace(cut)).toMatchObject({ part: { generations: 1, truncated: true } });
  });
});
