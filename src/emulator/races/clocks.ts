/** Vector clocks: for each slot (a goroutine, as a rule) the last of its moments that is known to have happened before. */

const INITIAL_WIDTH = 4;

export class VectorClock {
  /** By slot; what is beyond stands for 0. */
  private values = new Int32Array(INITIAL_WIDTH);
  private width = 0;

  get(slot: number): number {
    return slot < this.width ? this.values[slot] : 0;
  }

  set(slot: number, value: number): void {
    if (slot >= this.width) this.widen(slot + 1);
    this.values[slot] = value;
  }

  /** Takes over all that another clock knows. */
  join(other: VectorClock): void {
    const { width, values: from } = other;
    if (width > this.width) this.widen(width);
    const { values } = this;
    for (let slot = 0; slot < width; slot++) if (from[slot] > values[slot]) values[slot] = from[slot];
  }

  /** Becomes equal to another clock. */
  assign(other: VectorClock): void {
    const { width, values: from } = other;
    if (width > this.width) this.widen(width);
    const { values } = this;
    for (let slot = 0; slot < width; slot++) values[slot] = from[slot];
    for (let slot = width; slot < this.width; slot++) values[slot] = 0;
    this.width = width;
  }

  /** Joins what another clock knew, and gives it what this one knew before: both in one. */
  exchange(other: VectorClock): void {
    const width = Math.max(this.width, other.width);
    if (this.width < width) this.widen(width);
    if (other.width < width) other.widen(width);
    const mine = this.values;
    const others = other.values;
    for (let slot = 0; slot < width; slot++) {
      const old = others[slot];
      others[slot] = mine[slot];
      if (old > mine[slot]) mine[slot] = old;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.values.fill(0, 0, this.width);
    this.width = 0;
  }

  private widen(width: number): void {
    if (width > this.values.length) {
      const wider = new Int32Array(Math.max(width, this.values.length * 2));
      wider.set(this.values);
      this.values = wider;
    }
    this.width = width;
  }
}
