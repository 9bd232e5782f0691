/** What is to happen, in the order of (time, sequence): events of equal times come in the order in which they were planned. */

export class EventQueue {
  private times = new Float64Array(256);
  private sequences = new Float64Array(256);
  private codes = new Int32Array(256);
  private args = new Int32Array(256);
  private tokens = new Int32Array(256);
  private nextSequence = 0;
  length = 0;

  /** When the first event is due; Infinity without any. */
  get first(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : this.times[0];
  }

  /** The first event's code, argument, token. */
  get code(): number {
    return this.codes[0];
  }

  get arg(): number {
    return this.args[0];
  }

  get token(): number {
    return this.tokens[0];
  }

  push(time: number, code: number, arg: number, token = 0): void {
    if (this.length === this.times.length) this.widen();
    const { times, sequences } = this;
    const sequence = this.nextSequence++;
    let at = this.length++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (times[parent] < time || (times[parent] === time && sequences[parent] < sequence)) break;
      this.move(parent, at);
      at = parent;
    }
    times[at] = time;
    sequences[at] = sequence;
    this.codes[at] = code;
    this.args[at] = arg;
    this.tokens[at] = token;
  }

  /** Takes the first event away. */
  drop(): void {
    const last = --this.length;
    if (last === 0) return;
    const { times, sequences } = this;
    const time = times[last];
    const sequence = sequences[last];
    const [code, arg, token] = [this.codes[last], this.args[last], this.tokens[last]];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      const right = child + 1;
      if (
        right < last &&
        (times[right] < times[child] || (times[right] === times[child] && sequences[right] < sequences[child]))
      ) {
        child = right;
      }
      if (time < times[child] || (time === times[child] && sequence < sequences[child])) break;
      this.move(child, at);
      at = child;
    }
    times[at] = time;
    sequences[at] = sequence;
    this.codes[at] = code;
    this.args[at] = arg;
    this.tokens[at] = token;
  }

  private move(from: number, to: number): void {
    this.times[to] = this.times[from];
    this.sequences[to] = this.sequences[from];
    this.codes[to] = this.codes[from];
    this.args[to] = this.args[from];
    this.tokens[to] = this.tokens[from];
  }

  private widen(): void {
    const wider = this.times.length * 2;
    this.times = copyInto(new Float64Array(wider), this.times);
    this.sequences = copyInto(new Float64Array(wider), this.sequences);
    this.codes = copyInto(new Int32Array(wider), this.codes);
    this.args = copyInto(new Int32Array(wider), this.args);
    this.tokens = copyInto(new Int32Array(wider), this.tokens);
  }
}

function copyInto<T extends Float64Array | Int32Array>(wider: T, old: T): T {
  wider.set(old);
  return wider;
}
