/**
 * A map from ids to objects for loops that ask it millions of times: the objects asked for last stand in a small table
 * in front of it, by the low bits of their id.
 */

const SLOTS = 1 << 12;

export class IdMap<T extends object> {
  private readonly all = new Map<number, T>();
  private readonly ids = new Float64Array(SLOTS).fill(-1);
  private readonly latest: (T | undefined)[] = new Array<T | undefined>(SLOTS).fill(undefined);

  get size(): number {
    return this.all.size;
  }

  get(id: number): T | undefined {
    const slot = id & (SLOTS - 1);
    if (this.ids[slot] === id) return this.latest[slot];
    const found = this.all.get(id);
    if (found !== undefined) this.remember(slot, id, found);
    return found;
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  set(id: number, value: T): void {
    this.all.set(id, value);
    this.remember(id & (SLOTS - 1), id, value);
  }

  delete(id: number): void {
    this.all.delete(id);
    const slot = id & (SLOTS - 1);
    if (this.ids[slot] !== id) return;
    this.ids[slot] = -1;
    this.latest[slot] = undefined;
  }

  /** In the order in which they were set first. */
  values(): IterableIterator<T> {
    return this.all.values();
  }

  private remember(slot: number, id: number, value: T): void {
    this.ids[slot] = id;
    this.latest[slot] = value;
  }
}
