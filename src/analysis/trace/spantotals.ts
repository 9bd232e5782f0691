/** Time added up by goroutine and P, over thousands of spans of few goroutines at a time: a hash table of numbers. */

const FIRST_ROWS = 256;

export class SpanTotals {
  /** Rows in use, in the order of first sight. */
  count = 0;
  goroutines = new Float64Array(FIRST_ROWS);
  procs = new Int32Array(FIRST_ROWS);
  /** Of each row, as it was told first: the index of the goroutine's entry function. */
  entries = new Int32Array(FIRST_ROWS);
  ns = new Float64Array(FIRST_ROWS);
  private slots = new Int32Array(FIRST_ROWS);
  /** Row + 1 by hash, 0 where there is none; at least half of it is free. */
  private table = new Int32Array(2 * FIRST_ROWS);

  clear(): void {
    this.count = 0;
    this.table.fill(0);
  }

  /** The row of a goroutine (its id, and its slot, which another one may have had before it) on a P. */
  rowOf(goroutine: number, slot: number, proc: number, entry: number): number {
    const { table } = this;
    const mask = table.length - 1;
    for (let at = hash(slot, proc) & mask; ; at = (at + 1) & mask) {
      const row = table[at] - 1;
      if (row < 0) return this.addRow(at, goroutine, slot, proc, entry);
      if (this.goroutines[row] === goroutine && this.procs[row] === proc) return row;
    }
  }

  private addRow(at: number, goroutine: number, slot: number, proc: number, entry: number): number {
    const row = this.count++;
    this.table[at] = row + 1;
    this.goroutines[row] = goroutine;
    this.slots[row] = slot;
    this.procs[row] = proc;
    this.entries[row] = entry;
    this.ns[row] = 0;
    if (this.count === this.ns.length) this.widen();
    return row;
  }

  private widen(): void {
    const size = 2 * this.ns.length;
    this.goroutines = widened(this.goroutines, new Float64Array(size));
    this.ns = widened(this.ns, new Float64Array(size));
    this.slots = widened(this.slots, new Int32Array(size));
    this.procs = widened(this.procs, new Int32Array(size));
    this.entries = widened(this.entries, new Int32Array(size));
    this.table = new Int32Array(2 * size);
    const mask = this.table.length - 1;
    for (let row = 0; row < this.count; row++) {
      let at = hash(this.slots[row], this.procs[row]) & mask;
      while (this.table[at] !== 0) at = (at + 1) & mask;
      this.table[at] = row + 1;
    }
  }
}

function hash(slot: number, proc: number): number {
  const mixed = Math.imul(slot, 0x9e3779b1) ^ Math.imul(proc + 1, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

function widened<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
