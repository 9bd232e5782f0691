/** Reads a whole trace of Go 1.5 to 1.21: what it holds is handed out, what contradicts itself is told. */

import type { Problem } from '../../base/errors.ts';
import { TraceError } from './bytes.ts';
import type { PackableTables } from './stacks.ts';
import type { EventSink } from './state.ts';
import { convertV1 } from './v1convert.ts';
import { V1File } from './v1file.ts';

/** Contradictions of one trace that are told. */
const MAX_CONTRADICTIONS = 20;

export interface V1Sink extends EventSink {
  generation(tables: PackableTables): void;
}

/** `bytes` with their header of `headerBytes`; gives whether something is missing. @throws TraceError where nothing can be read */
export function readV1(bytes: Buffer, version: number, headerBytes: number, sinks: V1Sinks): boolean {
  const { sink, report } = sinks;
  const file = new V1File(bytes, version, headerBytes);
  const { damage } = file;
  if (file.frequency === 0) {
    const why = damage === null ? '' : `${damage.message}; `;
    throw new TraceError(`${why}its end is missing, and with it the frequency of its clock`, damage?.offset ?? headerBytes);
  }
  if (damage !== null) {
    const message = `the trace is broken: ${damage.message}; what follows is not read`;
    report({ severity: 'error', message, offset: damage.offset });
  }
  const teller = new ContradictionTeller(report, file.count);
  sink.generation(file);
  convertV1(
    file,
    (event) => sink.event(event),
    (error, lost) => teller.tell(error, lost),
  );
  return damage !== null || teller.isCut;
}

export interface V1Sinks {
  readonly sink: V1Sink;
  readonly report: (problem: Problem) => void;
}

class ContradictionTeller {
  private readonly report: (problem: Problem) => void;
  private readonly events: number;
  private told = 0;
  isCut = false;

  constructor(report: (problem: Problem) => void, events: number) {
    this.report = report;
    this.events = events;
  }

  tell({ message, offset }: TraceError, lost: number): void {
    if (lost > 0) this.isCut = true;
    if (++this.told > MAX_CONTRADICTIONS) return;
    const rest = lost > 0 ? `; ${lost} of ${this.events} events are not read` : '';
    this.report({ severity: 'error', message: `the trace contradicts itself: ${message}${rest}`, offset });
  }
}
