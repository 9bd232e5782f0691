/** The modelled memory: addresses that are handed out and never used twice, so that equal runs show equal ones. */

/** Where the heap of a 64-bit Go begins (before 1.26, which may begin elsewhere). */
export const HEAP_BASE = 0xc0_0001_0000;
const ALIGN = 16;

export class AddressSpace {
  private next = HEAP_BASE;

  /** Bytes at an address of their own, aligned to 16. */
  allocate(bytes: number): number {
    const address = this.next;
    this.next += Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
    return address;
  }
}
