/** Keys as programs write them ↔ the whole numbers that the tables hold. */

import { UsageError } from '../../base/errors.ts';
import type { KeyKind, MapKey } from './map.ts';

/** Numbers below stand for themselves; strings are numbered from here on. */
const FIRST_STRING = 2 ** 52;
const LIMITS: Readonly<Record<KeyKind, number>> = {
  fast32: 2 ** 32,
  fast64: FIRST_STRING,
  faststr: FIRST_STRING,
  generic: FIRST_STRING,
};

export class KeyTable {
  private readonly kind: KeyKind;
  private readonly limit: number;
  private readonly ids = new Map<string, number>();
  private readonly texts: string[] = [];

  constructor(kind: KeyKind) {
    this.kind = kind;
    this.limit = LIMITS[kind];
  }

  /** @throws UsageError for a key that such a map cannot have */
  numberOf(key: MapKey): number {
    if (typeof key === 'number') {
      if (Number.isInteger(key) && key > -this.limit && key < this.limit) return key;
      throw new UsageError(`${key} is no key of a ${this.kind} map: a whole number below 2^${Math.log2(this.limit)} is`);
    }
    if (this.kind === 'fast32' || this.kind === 'fast64') {
      throw new UsageError(`${JSON.stringify(key)} is no key of a ${this.kind} map: it takes whole numbers`);
    }
    let id = this.ids.get(key);
    if (id === undefined) {
      id = FIRST_STRING + this.texts.length;
      this.ids.set(key, id);
      this.texts.push(key);
    }
    return id;
  }

  keyOf(number: number): MapKey {
    return number >= FIRST_STRING ? this.texts[number - FIRST_STRING] : number;
  }
}
