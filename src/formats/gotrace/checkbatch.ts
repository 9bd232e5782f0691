/** Checks that a batch holds whole events of its version, whatever they say: what is copied must be readable. */

import type { TraceItem } from './batches.ts';
import { ByteCursor, TraceError } from './bytes.ts';
import { ARG_COUNTS, Ev, FIRST_VERSIONS, MAX_STRING_BYTES, MAX_TRACE_FRAMES, STRUCTURE_EVENTS } from './spec.ts';

/** Numbers of a frame. */
const FRAME_NUMBERS = 4;

/** @throws TraceError at the first event that is broken */
export function checkBatch({ type, payload, payloadOffset }: TraceItem, version: number): void {
  if (type !== Ev.EventBatch) return;
  const cursor = new ByteCursor(payload, payloadOffset);
  while (!cursor.done) {
    const at = cursor.base + cursor.pos;
    const event = cursor.byte();
    const count = ARG_COUNTS[event];
    if (count < 0) checkStructure(cursor, event, version, at);
    else if (FIRST_VERSIONS[event] > version) throw unknownEvent(event, version, at);
    else for (let i = 0; i <= count; i++) cursor.varint();
  }
}

/** An event of a table: a string, a stack, a sample. */
function checkStructure(cursor: ByteCursor, event: number, version: number, at: number): void {
  const spec = STRUCTURE_EVENTS[event];
  if (spec === undefined || spec.since > version) throw unknownEvent(event, version, at);
  let last = 0;
  for (let i = 0; i < spec.args.length; i++) last = cursor.varint();
  if (spec.tail === 'frames') {
    if (last > MAX_TRACE_FRAMES) throw new TraceError(`a stack of ${last} frames; at most ${MAX_TRACE_FRAMES} are allowed`, at);
    for (let i = 0; i < FRAME_NUMBERS * last; i++) cursor.varint();
  } else if (spec.tail === 'data') {
    const length = cursor.varint();
    if (length > MAX_STRING_BYTES)
      throw new TraceError(`a string of ${length} bytes; at most ${MAX_STRING_BYTES} are allowed`, at);
    cursor.take(length);
  }
}

function unknownEvent(event: number, version: number, at: number): TraceError {
  return new TraceError(`event ${event}, which traces of go 1.${version} do not have`, at);
}
