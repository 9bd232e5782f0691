/** Events go through shared memory as they are, small numbers and large ones. */

import { describe, expect, it } from 'vitest';
import { EventBlock, StringNumbers } from '../../src/model/eventcolumns.ts';
import { blankEvent, type TraceEvent, type TraceSink } from '../../src/model/trace.ts';
import { readTraceInto, TRACES } from '../support/traces.ts';

/** Hands every event through a block of `capacity`. */
class Relay implements TraceSink {
  readonly sent: TraceEvent[] = [];
  readonly received: TraceEvent[] = [];
  private readonly block: EventBlock;
  private readonly numbers = new StringNumbers();
  private readonly strings: string[] = [];
  private row = 0;

  constructor(capacity: number) {
    this.block = new EventBlock(new SharedArrayBuffer(EventBlock.bytes(capacity)), 0, capacity);
  }

  generation(): void {}

  event(event: TraceEvent): void {
    this.sent.push({ ...event });
    this.block.write(this.row++, event, this.numbers.of(event.name), this.numbers.of(event.text));
    if (this.row === this.block.capacity) this.flush();
  }

  flush(): void {
    this.strings.push(...this.numbers.take());
    const keep = { generation: () => {}, event: (event: TraceEvent) => void this.received.push({ ...event }) };
    this.block.replay(this.row, this.strings, blankEvent(), keep);
    this.row = 0;
  }
}

describe('columns of events', () => {
  for (const name of ['annotations-stress-1.26', 'cgo-callback-1.24', 'mapgrow-1.22', 'mapgrow-1.19', 'iter-pull-1.23']) {
    it(`${name} comes out as it went in`, () => {
      const relay = new Relay(256);
      readTraceInto(TRACES.find((trace) => trace.name === name)?.bytes as Buffer, relay);
      relay.flush();
      expect(relay.received.length).toBeGreaterThan(100);
      expect(relay.received).toEqual(relay.sent);
    });
  }

  it('keep ids and values of any size', () => {
    const relay = new Relay(8);
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
    relay.flush();
    expect(relay.received).toEqual(relay.sent);
  });
});
