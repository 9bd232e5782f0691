/** Time on hostile shapes: doubling the input doubles it. */

import { InputReader } from 'goflame';
import { generateDump } from '../support/generate.ts';
import { median, type Report, timeRuns } from './report.ts';

const MEGABYTE = 1 << 20;
const SIZES = [4, 8, 16];

/** Text of at least `size` bytes that repeats. */
function repeat(text: string, size: number): Buffer {
  return Buffer.from(text.repeat(Math.ceil(size / text.length)));
}

const DUMP = [...generateDump(200, 20)].join('');

const SHAPES: Record<string, (size: number) => Buffer> = {
  'a dump': (size) => repeat(DUMP, size),
  'a dump without newlines': (size) => repeat(DUMP.replaceAll('\n', ' '), size),
  'a dump without (': (size) => repeat(DUMP.replaceAll('(', ' '), size),
  'one endless line behind a header': (size) => Buffer.concat([Buffer.from('goroutine 1 [running]:\n'), repeat('main.f(', size)]),
  'one endless header': (size) => repeat('goroutine 1 [', size),
  'one endless label list': (size) =>
    Buffer.from(`goroutine 1 [running, labels:{${'"a":"b", '.repeat(size / 9)}}]:\nmain.main()\n\t/a.go:1\n`),
  'braces only': (size) => repeat('{', size),
  'escapes only': (size) => repeat('\\n', size),
  'empty lines only': (size) =>
    Buffer.concat([Buffer.from('goroutine 1 [running]:\nmain.main()\n\t/a.go:1\n'), repeat('\n', size)]),
};

export async function run(report: Report): Promise<void> {
  report.title(`Linear time: ms for ${SIZES.join(', ')} MB, and how often the last doubling doubles it`);
  for (const [name, make] of Object.entries(SHAPES)) {
    const times: number[] = [];
    for (const size of SIZES) {
      const bytes = make(size * MEGABYTE);
      times.push(median(await timeRuns(3, () => parse(bytes))));
    }
    const growth = times[times.length - 1] / times[times.length - 2];
    report.line(name, `${times.map((time) => time.toFixed(0)).join(', ')}  ×${growth.toFixed(2)}`);
  }
}

function parse(bytes: Buffer): void {
  const reader = new InputReader({ goroutine() {}, record() {}, race() {} });
  try {
    for (let at = 0; at < bytes.length; at += 1 << 16) reader.push(bytes.subarray(at, at + (1 << 16)));
    reader.end();
  } catch (error) {
    if ((error as Error).name !== 'InputError') throw error;
  }
}
