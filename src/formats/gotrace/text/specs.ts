/** The events by the names of the text form, each with its arguments as they stand there: `dt=`, `g=`. */

import { FRAME_ARGS, STRUCTURE_EVENTS, type StructureSpec, TIMED_EVENTS } from '../spec.ts';

export interface TextSpec {
  readonly id: number;
  readonly name: string;
  /** Names of the numbers behind the event's, each with its equals sign. */
  readonly names: readonly Buffer[];
  readonly tail: StructureSpec['tail'];
}

export const FRAME_NAMES: readonly Buffer[] = FRAME_ARGS.map(toName);

const TEXT_SPECS: readonly (TextSpec & { readonly since: number })[] = [
  ...STRUCTURE_EVENTS.flatMap((spec) => (spec === undefined ? [] : [{ ...spec, names: spec.args.map(toName) }])),
  ...TIMED_EVENTS.flatMap((spec) =>
    spec === undefined ? [] : [{ ...spec, names: ['dt', ...spec.args].map(toName), tail: null }],
  ),
];

function toName(name: string): Buffer {
  return Buffer.from(`${name}=`, 'latin1');
}

/** The events of one version, by name. */
export function textSpecs(version: number): ReadonlyMap<string, TextSpec> {
  return new Map(TEXT_SPECS.filter(({ since }) => since <= version).map((spec) => [spec.name, spec]));
}

/** The same by id. */
export function textSpecsById(version: number): readonly (TextSpec | undefined)[] {
  const table: (TextSpec | undefined)[] = [];
  for (const spec of textSpecs(version).values()) table[spec.id] = spec;
  return table;
}
