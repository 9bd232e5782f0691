/** Which goroutines are asked for. */

export interface GoroutineChoice {
  /** Only this goroutine; only those whose entry function matches. */
  readonly goroutine?: number;
  readonly entry?: RegExp;
}

export class GoroutineFilter {
  /** Whether every one is wanted. */
  readonly all: boolean;
  private readonly choice: GoroutineChoice;
  /** Of the entry functions, by id. */
  private readonly names: readonly string[];
  private readonly matches: boolean[] = [];

  constructor(choice: GoroutineChoice, names: readonly string[]) {
    this.all = choice.goroutine === undefined && choice.entry === undefined;
    this.choice = choice;
    this.names = names;
  }

  /** One whose entry function is not known yet (-1) may be wanted. */
  wants({ id, entryId }: { readonly id: number; readonly entryId: number }): boolean {
    if (this.all) return true;
    const { goroutine, entry } = this.choice;
    if (goroutine !== undefined && id !== goroutine) return false;
    if (entry === undefined || entryId < 0) return true;
    this.matches[entryId] ??= entry.test(this.names[entryId]);
    return this.matches[entryId];
  }

  wantsEntry(entry: string): boolean {
    return this.choice.entry?.test(entry) ?? true;
  }
}
