/** What the terminal is and can: width and colours. */

import { createColors } from 'picocolors';

/** Columns for texts on stdout: the terminal's, COLUMNS where it is set; without end for a pipe or a file. */
export function outputColumns(): number {
  const known = process.stdout.columns ?? Number(process.env.COLUMNS);
  return Number.isInteger(known) && known > 0 ? known : Number.POSITIVE_INFINITY;
}

/** Colours for a stream: on a terminal only, NO_COLOR and FORCE_COLOR respected. */
export function colorsFor(stream: NodeJS.WriteStream): ReturnType<typeof createColors> {
  return createColors(hasColors(stream));
}

/** Whether a stream is given colours. */
export function hasColors(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  const wanted = forced || (stream.isTTY === true && TERM !== 'dumb');
  return wanted && (NO_COLOR === undefined || NO_COLOR === '');
}
