/**
 * What a trace says of a program that ended while it was traced. The runtime writes events when a thread's buffer of
 * 64 KiB is full, and everything about once a second; trace.Stop and a panic write what is left, a fatal error (a map
 * that is written twice at once, a deadlock), os.Exit and a signal do not.
 */

/** What makes such a program leave more. */
export const LEAVES_MORE =
  'GODEBUG=traceadvanceperiod=100000 has the trace written all the time; a FlightRecorder snapshot, or the goroutine dump (GOTRACEBACK=all), tells how it ended';

/** `generation` was begun and holds no event. */
export function nothingWritten(generation: number): string {
  return (
    `the trace ends within generation ${generation}, before any of its events were written: the program ended without ` +
    `trace.Stop (a fatal error, os.Exit or a signal writes nothing more). ${LEAVES_MORE}`
  );
}

/** The trace goes on behind its last event, at `ns`, and holds nothing more. */
export function endedWithin(ns: number): string {
  return `the trace was never stopped: the program ended while it was traced, and what it did after ${(ns / 1e9).toFixed(6)} s, if anything, is not in it`;
}

export interface SavedTrace {
  readonly number: number;
  /** Whether the events of its threads fit together. */
  readonly patient: boolean;
  /** Whether its tables were begun, so that no events are missing. */
  readonly tables: boolean;
  /** Of its clock; 0 where the trace does not tell. */
  readonly frequency: number;
  /** Events that fit nothing. */
  readonly dropped: number;
}

/** An only generation is cut, and what it holds is kept. */
export function savedText({ number, patient, tables, frequency, dropped }: SavedTrace): string {
  const notes = [`the trace ends within generation ${number}, its only one; what was written is kept`];
  if (!tables) notes.push('events that the runtime had not written yet are missing, the last ones of each thread among them');
  if (!patient) notes.push("times are each thread's own order; between threads nothing is checked");
  notes.push('names and stacks that are missing are unknown');
  if (dropped > 0) notes.push(`${dropped} events that fit nothing are left out`);
  if (frequency === 0) notes.push('its clock is taken for the usual one of 15.625 MHz');
  if (!tables) notes.push(`if the program died: ${LEAVES_MORE}`);
  return notes.join('; ');
}
