/**
 * The one way in: bytes of any recognised input go in, its evidence comes out.
 *
 * The first bytes decide: encoding, then binary data (refused with its name), then folded stacks, else text in which
 * the machines of all formats look for theirs.
 */

import { InputError, type Problem, ProblemList } from '../base/errors.ts';
import { LineReader } from '../base/lines.ts';
import type { Evidence, EvidenceSink, Part, TestPart } from '../model/evidence.ts';
import type { MoveSink } from '../model/moves.ts';
import { StackTable } from '../model/stacks.ts';
import type { TraceSink } from '../model/trace.ts';
import { type Carrier, findCarrier } from './carriers.ts';
import { countMostlyFolded, FoldedReader, looksFolded } from './folded.ts';
import { PPROF_TEXT_LIMIT } from './goroutines/machine.ts';
import { TraceCounter } from './gotrace/count.ts';
import { looksLikeTrace, TraceReader } from './gotrace/reader.ts';
import { findTraceText } from './gotrace/text/detect.ts';
import { TextTraceReader } from './gotrace/text/trace.ts';
import { LINE_FORMATS } from './lane.ts';
import { firstControlByte, LONG_SNIFF_BYTES, SNIFF_BYTES, sniffBinary, sniffEncoding, sniffOtherText } from './sniff.ts';
import type { ReadContext } from './text/machine.ts';
import { excerptOf, TextReader } from './textreader.ts';

/** Formats that `--from` can name. */
export const INPUT_FORMATS = ['folded', 'go-trace', ...LINE_FORMATS] as const;
export type FormatName = (typeof INPUT_FORMATS)[number];

export interface ReaderOptions {
  /** Only this format is looked for; all of them by default. */
  readonly from?: FormatName;
  /** Keep the argument texts of frames: more memory and time. */
  readonly keepArguments?: boolean;
  /** Folded stacks are in the order of time: only neighbours share their frames. */
  readonly ordered?: boolean;
}

const EXPECTED =
  'a goroutine dump or crash, a goroutine profile (debug=1 or 2), race reports, go test output, schedtrace lines, folded stacks or an execution trace';

/** Where a part begins, for its order; a trace is an input of its own. */
function lineOf(part: Part): number {
  return part.format === 'go-trace' ? 0 : part.line;
}

/** Whether results are told beside other evidence: tests that passed alone are not. */
function hasResults({ packages, failedTests, builds, tests }: TestPart): boolean {
  const isOpen = tests.some(({ outcome }) => outcome === 'unfinished' || outcome === 'paused');
  return isOpen || packages.length + failedTests.length + builds.length > 0;
}

/** A sink whose events are counted before it has them; they are counted alone where nobody wants them. */
function counted(counter: TraceCounter, sink: TraceSink | null): TraceSink {
  if (sink === null) {
    return {
      generation: () => {},
      event: (event) => counter.add(event),
      move: (code, elapsed) => counter.move(code, elapsed),
    };
  }
  const both: TraceSink = {
    generation: (tables) => sink.generation(tables),
    event: (event) => {
      counter.add(event);
      sink.event(event);
    },
  };
  if (sink.move === undefined) return both;
  const mover = sink as TraceSink & MoveSink;
  both.move = (code, elapsed, p, goroutine, reason, stack, ownStack) => {
    counter.move(code, elapsed);
    mover.move(code, elapsed, p, goroutine, reason, stack, ownStack);
  };
  return both;
}

/** What takes the decoded bytes. */
interface Body {
  push(chunk: Uint8Array): void;
  finish(): void;
}

/** A reader of traces in one of their forms. */
const LINE_END = 10;

type TraceBody = Body & Pick<TraceReader, 'version' | 'generations' | 'truncated' | 'unordered'>;

export class InputReader {
  /** Where the stacks of all that the sink is given live; grows while reading. */
  readonly stacks = new StackTable();
  private readonly context: ReadContext;
  private readonly from: FormatName | null;
  private readonly ordered: boolean;
  private readonly parts: Part[] = [];
  /** Stands behind all other parts: it is about the whole input. */
  private results: TestPart | null = null;
  private readonly problems = new ProblemList();
  /** The first bytes, until there are enough to decide by. */
  private head: Buffer = Buffer.alloc(0);
  private waiting: Uint8Array[] = [];
  private sawLineEnd = false;
  private decoder: InstanceType<typeof TextDecoder> | null = null;
  private body: Body | null = null;
  private carrier: Carrier | null = null;
  private bytes = 0;

  constructor(sink: EvidenceSink, options: ReaderOptions = {}) {
    this.from = options.from ?? null;
    this.ordered = options.ordered ?? false;
    this.context = {
      stacks: this.stacks,
      sink,
      keepArguments: options.keepArguments ?? false,
      openPart: (part) => void this.parts.push(part),
      report: (problem) => this.report(problem),
    };
  }

  /** Takes decompressed bytes. @throws InputError when it is certain that the input is nothing to read. */
  push(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    if (this.body !== null) {
      this.pushDecoded(this.body, chunk);
      return;
    }
    this.waiting.push(Uint8Array.from(chunk));
    this.sawLineEnd ||= chunk.includes(LINE_END);
    if (this.bytes >= (this.sawLineEnd ? SNIFF_BYTES : LONG_SNIFF_BYTES)) this.begin();
  }

  /** Ends the input. @throws InputError when nothing was found in it. */
  end(): Evidence {
    if (this.body === null) this.begin();
    const body = this.body as unknown as Body;
    if (this.decoder !== null) body.push(Buffer.from(this.decoder.decode(), 'utf8'));
    body.finish();
    if (this.parts.length === 0 && this.results === null) throw this.nothingFound();
    if (this.bytes === PPROF_TEXT_LIMIT) this.reportLimit();
    const parts = this.parts.map((part, i) => ({ part, i })).sort((a, b) => lineOf(a.part) - lineOf(b.part) || a.i - b.i);
    const results = this.results === null ? [] : [this.results];
    return { stacks: this.stacks, parts: [...parts.map(({ part }) => part), ...results], problems: this.problems.list() };
  }

  /** Adds what the caller found damaged on the way to the bytes (a compressed stream that breaks off). */
  report(problem: Problem): void {
    this.problems.add(problem);
  }

  // ---- the first bytes ----

  private begin(): void {
    const head = Buffer.concat(this.waiting);
    this.waiting = [];
    if (head.length === 0) throw new InputError(`the input is empty; expected ${EXPECTED}`, { offset: 0 });
    if (looksLikeTrace(head) && (this.from === null || this.from === 'go-trace')) {
      this.body = this.makeTraceBody((sink, report) => new TraceReader(sink, report));
      this.body.push(head);
      return;
    }
    const mark = sniffEncoding(head);
    const raw = head.subarray(mark.skip);
    if (mark.encoding !== 'utf-8') this.decoder = new TextDecoder(mark.encoding);
    const text = this.decoder === null ? raw : Buffer.from(this.decoder.decode(raw, { stream: true }), 'utf8');
    // A first line that is longer is looked at as a whole.
    const firstEnd = text.indexOf(LINE_END) + 1 || text.length;
    this.head = text.subarray(0, Math.max(SNIFF_BYTES, Math.min(firstEnd, LONG_SNIFF_BYTES)));
    this.body = this.chooseBody(this.head);
    this.body.push(text);
  }

  private chooseBody(head: Buffer): Body {
    const traceText = this.from === null || this.from === 'go-trace' ? findTraceText(head) : null;
    if (traceText !== null)
      return this.makeTraceBody((sink, report) => new TextTraceReader(sink, report, traceText === 'archive'));
    const binary = sniffBinary(head);
    if (binary !== null) {
      throw new InputError(`this is ${binary}; expected ${EXPECTED}`, { offset: firstControlByte(head) });
    }
    if (this.from === 'folded' || (this.from === null && looksFolded(head))) return this.makeFoldedBody();
    if (this.from === null && countMostlyFolded(head) > 0) {
      const message = 'taken for folded stacks, as most of the first lines are; --from folded says so';
      this.report({ severity: 'info', message, line: 1 });
      return this.makeFoldedBody();
    }
    if (this.from === 'go-trace') throw this.nothingFound();
    const reader = new TextReader(this.context, this.from);
    const carrier = findCarrier(head, reader, (problem) => this.report(problem));
    this.carrier = carrier;
    return {
      push: (chunk) => (carrier ?? reader).push(chunk),
      finish: () => {
        carrier?.finish();
        const { crash, tests } = reader.finish();
        const alone = this.parts.length === 0;
        if (alone && crash !== null) this.parts.push(crash);
        const wanted = this.from === null || this.from === 'go-test';
        if (tests !== null && (this.parts.length === 0 || (wanted && hasResults(tests)))) this.results = tests;
      },
    };
  }

  private makeTraceBody(makeReader: (sink: TraceSink, report: (problem: Problem) => void) => TraceBody): Body {
    const counter = new TraceCounter();
    let first: Problem | null = null;
    const sink = counted(counter, this.context.sink.trace?.() ?? null);
    const trace = makeReader(sink, (problem) => {
      first ??= problem;
      this.report(problem);
    });
    return {
      push: (chunk) => trace.push(chunk),
      finish: () => {
        trace.finish();
        this.parts.push(counter.finish(trace, first));
      },
    };
  }

  private makeFoldedBody(): Body {
    const folded = new FoldedReader((problem) => this.report(problem), this.ordered);
    const lines = new LineReader({ line: ({ buf, start, end, number }) => folded.line(buf, start, end, number) });
    return {
      push: (chunk) => lines.push(chunk),
      finish: () => {
        lines.finish();
        const part = folded.finish();
        if (part.profile.nodeCount > 0) this.parts.push(part);
      },
    };
  }

  private pushDecoded(body: Body, chunk: Uint8Array): void {
    body.push(this.decoder === null ? chunk : Buffer.from(this.decoder.decode(chunk, { stream: true }), 'utf8'));
  }

  // ---- the end ----

  private nothingFound(): InputError {
    const what = sniffOtherText(this.head);
    const excerpt = excerptOf(this.head);
    if (what !== null) return new InputError(`this is ${what}; expected ${EXPECTED}`, { line: 1, excerpt });
    const wanted = this.from === null ? EXPECTED : `what --from ${this.from} names`;
    const within = this.carrier === null ? '' : ` in ${this.carrier.describe()}`;
    return new InputError(`nothing found to read${within}; expected ${wanted}`, { line: 1, excerpt });
  }

  private reportLimit(): void {
    const message = 'the text ends at 64 MiB, where net/http/pprof cuts it: goroutines are missing';
    this.report({ severity: 'error', message, offset: this.bytes });
  }
}
