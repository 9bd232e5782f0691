/** What the first bytes of an input say of it: how its text is encoded, and what it is if it is none of ours. */

/** Bytes that are looked at before anything is read. */
export const SNIFF_BYTES = 64 << 10;
/** The same where the first line is longer than those. */
export const LONG_SNIFF_BYTES = 1 << 20;

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

export interface EncodingMark {
  readonly encoding: Encoding;
  /** Bytes of the byte order mark. */
  readonly skip: number;
}

/** The encoding by its mark; UTF-16 without one (PowerShell, some log exports) by its zero bytes. */
export function sniffEncoding(head: Uint8Array): EncodingMark {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', skip: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', skip: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', skip: 2 };
  return { encoding: guessUtf16(head) ?? 'utf-8', skip: 0 };
}

function guessUtf16(head: Uint8Array): Encoding | null {
  const length = Math.min(head.length, 512) & ~1;
  if (length < 8) return null;
  const zeros = [0, 0];
  for (let i = 0; i < length; i++) if (head[i] === 0) zeros[i & 1]++;
  const most = length * 0.4;
  if (zeros[1] > most && zeros[0] === 0) return 'utf-16le';
  if (zeros[0] > most && zeros[1] === 0) return 'utf-16be';
  return null;
}

/** Formats that are known by their first bytes, and what to do with such a file. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^go 1\.\d+ trace\0/, 'a Go execution trace, which this version does not read'],
  [/^\x7fELF|^MZ|^\xcf\xfa\xed\xfe|^\xca\xfe\xba\xbe/, 'an executable, not what a program left behind'],
  [/^\x89PNG|^\xff\xd8\xff|^GIF8|^%PDF/, 'a picture or a document'],
  [/^PERFILE2/, 'a perf.data file: use `perf script` and fold its output'],
];

/** Texts of other tools, told by what stands near their beginning. */
const OTHER_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^\s*<(?:\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?(?:<!DOCTYPE svg[^>]*>\s*)?<?svg\b/s, 'an SVG picture'],
  [/^\s*<(?:!DOCTYPE html|html)\b/i, 'an HTML page'],
  [/^\s*\{[\s\S]*"\$schema"\s*:\s*"https:\/\/www\.speedscope\.app/, 'a speedscope profile'],
  [/^\s*[[{][\s\S]*"(?:traceEvents|ph)"\s*:/, 'a Chrome trace'],
  [
    /^EventBatch gen=\d/m,
    'the events of an execution trace without its version: put `Trace Go1.N` before what `go tool trace -d=wire` printed',
  ],
  [/^(?:PeriodType|Samples):/m, 'the raw text of `go tool pprof`'],
];

/** What a binary input is; null for text. `head` is decompressed. */
export function sniffBinary(head: Buffer): string | null {
  const start = head.toString('latin1', 0, Math.min(head.length, 64));
  for (const [magic, what] of KNOWN) {
    if (magic.test(start)) return what;
  }
  if (controlShare(head) < 0.05) return null;
  if (looksLikePprof(head)) return 'a pprof protobuf profile: for goroutines, fetch the text with ?debug=1 or ?debug=2';
  return 'binary data';
}

/** The first control byte that no text holds, or 0. */
export function firstControlByte(head: Buffer): number {
  return Math.max(0, head.findIndex(isOddControl));
}

/** What a text is that holds no evidence; null where nothing is known of it. */
export function sniffOtherText(head: Buffer): string | null {
  const start = head.toString('utf8', 0, Math.min(head.length, 4096));
  for (const [sign, what] of OTHER_TEXTS) {
    if (sign.test(start)) return what;
  }
  return null;
}

/** Tabs, line ends, and what test2json, terminals and cut logs leave behind are no sign of binary data. */
function isOddControl(byte: number): boolean {
  if (byte >= 0x20) return byte === 0x7f;
  return !(byte === 0 || (byte >= 0x07 && byte <= 0x0f) || byte === 0x16 || byte === 0x1b);
}

/** The share of control bytes; holes (runs of zero bytes at the beginning) do not count, lone zeros do. */
function controlShare(head: Buffer): number {
  let at = 0;
  while (at < head.length && head[at] === 0) at++;
  let odd = 0;
  for (let i = at; i < head.length; i++) if (isOddControl(head[i]) || head[i] === 0) odd++;
  return head.length === at ? 0 : odd / (head.length - at);
}

/** profile.proto begins with sample types: field 1, a message of one or two small varint fields. */
function looksLikePprof(head: Buffer): boolean {
  return head[0] === 0x0a && head[1] >= 2 && head[1] <= 10 && (head[2] === 0x08 || head[2] === 0x10);
}
