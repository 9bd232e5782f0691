/** The k greatest of many, in bounded memory: a binary heap with the least of them on top. */

export class TopK<T> {
  private readonly capacity: number;
  private readonly keys: number[] = [];
  private readonly items: T[] = [];
  /** What a key must exceed: asked for much more often than it changes. */
  private bar: number;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.bar = capacity > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  /** Whether something with this key would be kept; of equal keys the earlier one is. */
  wants(key: number): boolean {
    return key > this.bar;
  }

  /** Keeps an item, if it is among the greatest so far. */
  add(key: number, item: T): void {
    if (!this.wants(key)) return;
    if (this.keys.length < this.capacity) {
      this.keys.push(key);
      this.items.push(item);
      this.rise(this.keys.length - 1);
    } else {
      this.keys[0] = key;
      this.items[0] = item;
      this.fall(0);
    }
    if (this.keys.length === this.capacity) this.bar = this.keys[0];
  }

  /** Greatest first; equal ones in any order. */
  list(): T[] {
    return this.keys
      .map((key, i) => ({ key, item: this.items[i] }))
      .sort((a, b) => b.key - a.key)
      .map(({ item }) => item);
  }

  private rise(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (this.keys[parent] <= this.keys[at]) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private fall(from: number): void {
    for (let at = from; ; ) {
      const left = 2 * at + 1;
      if (left >= this.keys.length) return;
      const child = left + 1 < this.keys.length && this.keys[left + 1] < this.keys[left] ? left + 1 : left;
      if (this.keys[at] <= this.keys[child]) return;
      this.swap(at, child);
      at = child;
    }
  }

  private swap(a: number, b: number): void {
    [this.keys[a], this.keys[b]] = [this.keys[b], this.keys[a]];
    [this.items[a], this.items[b]] = [this.items[b], this.items[a]];
  }
}
