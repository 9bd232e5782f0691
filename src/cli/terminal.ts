/** What the terminal is and can: width, colours; and text from outside made safe for it. */

import { createColors } from 'picocolors';

const DEFAULT_COLUMNS = 100;
const WIDEST = 160;

/** Columns for tables on stdout: the terminal's, COLUMNS where there is none. */
export function outputColumns(): number {
  const known = process.stdout.columns ?? Number(process.env.COLUMNS);
  return Number.isInteger(known) && known > 0 ? Math.min(known, WIDEST) : DEFAULT_COLUMNS;
}

/** Colours for a stream: on a terminal only, NO_COLOR and FORCE_COLOR respected. */
export function colorsFor(stream: NodeJS.WriteStream): ReturnType<typeof createColors> {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  const wanted = forced || (stream.isTTY === true && TERM !== 'dumb');
  return createColors(wanted && (NO_COLOR === undefined || NO_COLOR === ''));
}
