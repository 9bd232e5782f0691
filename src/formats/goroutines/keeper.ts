/** Which goroutines of a dump were seen, and those that wait for a further thread to print their stack. */

import { NumberSet } from '../../base/pairs.ts';
import type { DumpPart, EvidenceSink } from '../../model/evidence.ts';
import type { Goroutine } from '../../model/snapshot.ts';

export class GoroutineKeeper {
  private readonly sink: EvidenceSink;
  private ids = new NumberSet();
  /** Goroutines printed without their stack (GOTRACEBACK=crash prints them again, thread by thread). */
  private readonly waiting = new Map<number, Goroutine>();

  constructor(sink: EvidenceSink) {
    this.sink = sink;
  }

  has(id: number): boolean {
    return this.ids.has(id);
  }

  /** Hands a goroutine on: at once, later with the stack that follows, or not at all if it is known already. */
  keep(goroutine: Goroutine, part: DumpPart): void {
    const { id } = goroutine;
    const earlier = this.waiting.get(id);
    if (earlier !== undefined && goroutine.stackAvailable) {
      this.waiting.delete(id);
      const createdBy = goroutine.createdBy ?? earlier.createdBy;
      this.sink.goroutine({ ...goroutine, createdBy, line: earlier.line }, part);
      return;
    }
    if (id !== 0 && !this.ids.add(id)) return;
    if (goroutine.stackAvailable || id === 0) this.sink.goroutine(goroutine, part);
    else this.waiting.set(id, goroutine);
  }

  /** Ends the dump: hands on what never got a stack. */
  close(part: DumpPart): void {
    for (const goroutine of this.waiting.values()) this.sink.goroutine(goroutine, part);
    this.waiting.clear();
    if (this.ids.size > 0) this.ids = new NumberSet();
  }
}
