/** Time added up by goroutine and P, over thousands of spans of few goroutines at a time: a hash table of numbers. */

import type { GoTrack } from './tracks.ts';

const FIRST_ROWS = 256;

export class SpanTotals {
  /** Rows in use, in the order of first sight. */
  count = 0;
  /** Of each row: the goroutine's id, its P, the index of its entry function, and the time. */
  goroutines = new Float64Array(FIRST_ROWS);
  procs = new Int32Array(FIRST_ROWS);
  entries = new Int32Array(FIRST_ROWS);
  ns = new Float64Array(FIRST_ROWS);
  /** The goroutine's serial number. */
  private serials = new Int32Array(FIRST_ROWS);
  /** Row + 1 by hash, 0 where there is none; at least half of it is free. */
  private table = new Int32Array(2 * FIRST_ROWS);

  clear(): void {
    this.count = 0;
    this.table.fill(0);
  }

  add({ id, serial, entryId }: GoTrack, proc: number, ns: number): void {
    const row = this.rowOf(serial, proc);
    if (this.ns[row] === 0) this.name(row, id, entryId);
    this.ns[row] += ns;
  }

  /** The row of a goroutine, by its serial number, on a P; one without time yet is to be given its name. */
  rowOf(serial: number, proc: number): number {
    const { table } = this;
    const mask = table.length - 1;
    for (let at = hash(serial, proc) & mask; ; at = (at + 1) & mask) {
      const row = table[at] - 1;
      if (row < 0) return this.addRow(at, serial, proc);
      if (this.serials[row] === serial && this.procs[row] === proc) return row;
    }
  }

  /** The row of a goroutine on a P; -1 where it has none. */
  find(serial: number, proc: number): number {
    for (let row = 0; row < this.count; row++) if (this.serials[row] === serial && this.procs[row] === proc) return row;
    return -1;
  }

  /** The rows with the most time, most first, by P and goroutine where it is the same; all but one. */
  greatest(count: number, except = -1): number[] {
    const best: number[] = [];
    for (let row = 0; row < this.count; row++) {
      if (row === except || (best.length === count && !this.isBefore(row, best[count - 1]))) continue;
      let at = best.length === count ? count - 1 : best.length;
      for (; at > 0 && this.isBefore(row, best[at - 1]); at--) best[at] = best[at - 1];
      best[at] = row;
    }
    return best;
  }

  private isBefore(a: number, b: number): boolean {
    const { ns, procs, goroutines } = this;
    if (ns[a] !== ns[b]) return ns[a] > ns[b];
    return procs[a] !== procs[b] ? procs[a] < procs[b] : goroutines[a] < goroutines[b];
  }

  name(row: number, goroutine: number, entry: number): void {
    this.goroutines[row] = goroutine;
    this.entries[row] = entry;
  }

  private addRow(at: number, serial: number, proc: number): number {
    const row = this.count++;
    this.table[at] = row + 1;
    this.serials[row] = serial;
    this.procs[row] = proc;
    this.ns[row] = 0;
    if (this.count === this.ns.length) this.widen();
    return row;
  }

  private widen(): void {
    const size = 2 * this.ns.length;
    this.goroutines = widened(this.goroutines, new Float64Array(size));
    this.ns = widened(this.ns, new Float64Array(size));
    this.serials = widened(this.serials, new Int32Array(size));
    this.procs = widened(this.procs, new Int32Array(size));
    this.entries = widened(this.entries, new Int32Array(size));
    this.table = new Int32Array(2 * size);
    const mask = this.table.length - 1;
    for (let row = 0; row < this.count; row++) {
      let at = hash(this.serials[row], this.procs[row]) & mask;
      while (this.table[at] !== 0) at = (at + 1) & mask;
      this.table[at] = row + 1;
    }
  }
}

function hash(serial: number, proc: number): number {
  const mixed = Math.imul(serial, 0x9e3779b1) ^ Math.imul(proc + 1, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

function widened<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
