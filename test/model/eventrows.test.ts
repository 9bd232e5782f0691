/** Events go through shared memory as they are, small numbers and large ones. */

import { describe, expect, it } from 'vitest';
import { RowReader, RowWriter } from '../../src/model/eventrows.ts';
import { moveCode } from '../../src/model/moves.ts';
import { blankEvent, type TraceEvent, type TraceSink } from '../../src/model/trace.ts';
import { readTraceInto, TRACES } from '../support/traces.ts';

/** What a sink was told: events, and moves as they are. */
type Told = TraceEvent | readonly (string | number)[];

/** Hands all that it is told through blocks of so many integers. */
class Relay implements TraceSink {
  readonly sent: Told[] = [];
  readonly received: Told[] = [];
  private readonly writer = new RowWriter();
  private readonly reader: RowReader;
  private readonly words: Int32Array;

  constructor(words: number) {
    this.words = new Int32Array(new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT));
    this.writer.begin(this.words);
    this.reader = new RowReader({
      generation: () => {},
      event: (event) => void this.received.push({ ...event }),
      move: (...move) => void this.received.push(move),
    });
  }

  generation(): void {}

  event(event: TraceEvent): void {
    this.sent.push({ ...event });
    this.writer.event(event);
    if (this.writer.isFull) this.flush();
  }

  move(...move: Parameters<RowWriter['move']>): void {
    this.sent.push(move);
    this.writer.move(...move);
    if (this.writer.isFull) this.flush();
  }

  flush(): void {
    this.reader.strings.push(...this.writer.strings.take());
    this.reader.replay(this.words, this.writer.length);
    this.writer.begin(this.words);
  }
}

describe('rows of events', () => {
  for (const name of ['annotations-stress-1.26', 'cgo-callback-1.24', 'mapgrow-1.22', 'mapgrow-1.19', 'iter-pull-1.23']) {
    it(`${name} comes out as it went in`, () => {
      const relay = new Relay(2048);
      readTraceInto(TRACES.find((trace) => trace.name === name)?.bytes as Buffer, relay);
      relay.flush();
      expect(relay.received.length).toBeGreaterThan(100);
      expect(relay.received).toEqual(relay.sent);
    });
  }

  it('keep ids and values of any size', () => {
    const relay = new Relay(64);
    const large = { m: 2 ** 52, g: 2 ** 40, subject: 2 ** 33, value: 2 ** 50 + 1, stack: 2 ** 31, time: 2 ** 45 };
    relay.event({
      ...blankEvent(),
      kind: 'StateTransition',
      resource: 'goroutine',
      from: 'Waiting',
      to: 'Runnable',
      ...large,
      subjectStack: 2 ** 35,
    });
    relay.event({ ...blankEvent(), kind: 'RangeEnd', name: 'GC incremental sweep', value: 2 ** 41, reclaimed: 2 ** 42 });
    relay.event({ ...blankEvent(), kind: 'Log', name: 'category', text: 'message', subject: 2 ** 60 });
    relay.event({ ...blankEvent(), kind: 'Log', name: 'category', text: 'another', m: -1, g: 5, p: 3 });
    relay.event({ ...blankEvent(), kind: 'StateTransition', resource: 'proc', from: 'NotExist', to: 'Idle', subject: 7 });
    const code = moveCode(1, 2);
    relay.move(code, 1, 0, 1, '', 0, 0);
    relay.move(code, 2 ** 31 - 1, 2 ** 16, 2 ** 31 - 1, 'preempted', 2 ** 31 - 1, 7);
    relay.move(code, 2 ** 40, -1, 5, 'a reason', 1, 2);
    relay.move(code, 5, 2 ** 20, 6, '', 1, 2);
    relay.move(code, 5, 3, 2 ** 45, '', 1, 2);
    relay.move(code, 5, 3, 4, '', 2 ** 33, 2);
    relay.move(code, 5, 3, 4, '', 2, 2 ** 33);
    relay.event({ ...blankEvent(), kind: 'Sync', time: 2 ** 45 + 2 ** 42 });
    relay.flush();
    expect(relay.received).toEqual(relay.sent);
  });
});
