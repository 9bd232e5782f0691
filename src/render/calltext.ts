/**
 * A frame as text: its function and its place. The function's name comes first: where there is not enough room for both,
 * the place gives way, from its left, and then stands below.
 */

import { briefName, decodeName } from '../model/names.ts';
import { elidedText, type Frame, isElided, placeOf } from '../model/stacks.ts';
import { columnsOf, fitLeft, fitMiddle, fits, printable } from './textblocks.ts';

/** Columns by which a place below its function is further in. */
const BELOW = '    ';
const GAP = '  ';
/** Columns of a place that are worth more than what stands in them alone: `…/conn/serve.go:123`. */
const LEAST_PLACE = 20;

/** A frame in one line or two, behind `lead`. */
export function callLines(frame: Frame, columns: number, lead = ''): string[] {
  if (isElided(frame)) return [lead + elidedText(frame.elided)];
  const name = lead + wholeName(frame.function, columns - columnsOf(lead));
  const place = printable(placeOf(frame) ?? '');
  if (place === '') return [name];
  const beside = placeBeside(name, place, columns);
  return beside === null ? [name, BELOW + fitLeft(place, columns - BELOW.length)] : [beside];
}

/** A frame in one line, which is to be wrapped where the place has no room. */
export function callText(frame: Frame, columns: number): string {
  return callLines(frame, columns)
    .map((line) => line.trimStart())
    .join(GAP);
}

/** A frame in two lines, function and place below each other. */
export function callBlock(frame: Frame, columns: number): string[] {
  if (isElided(frame)) return [`${GAP}${elidedText(frame.elided)}`];
  const name = `${GAP}${wholeName(frame.function, columns - GAP.length)}`;
  const place = placeOf(frame);
  return place === null ? [name] : [name, BELOW + fitLeft(printable(place), columns - BELOW.length)];
}

/** A function's name with its package and receiver: whole where there is room, else without the package's path. */
export function wholeName(text: string, columns: number): string {
  const forms = longForms(text);
  return forms.find((form) => fits(form, columns)) ?? fitMiddle(forms[forms.length - 1], Math.max(1, columns));
}

function longForms(text: string): string[] {
  return [decodeName(text), briefName(text)].map(printable);
}

function placeBeside(name: string, place: string, columns: number): string | null {
  const room = columns - columnsOf(name) - GAP.length;
  if (fits(place, room)) return `${name}${GAP}${place}`;
  const base = place.slice(place.lastIndexOf('/') + 1);
  const least = Math.max(LEAST_PLACE, columnsOf(base) + 1);
  if (room >= least) return `${name}${GAP}${fitLeft(place, room)}`;
  return fits(base, room) ? `${name}${GAP}${base}` : null;
}
