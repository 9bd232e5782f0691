/** The dump that goroutines and stacks go into while it is read, and what is made of it when it ends. */

import type { DumpPart } from '../../model/evidence.ts';
import type { Crash } from '../../model/snapshot.ts';
import { NO_STACK, type StackId } from '../../model/stacks.ts';
import type { ReadContext, TestTracker } from '../text/machine.ts';
import type { Above } from './above.ts';
import type { GoroutineDraft } from './draft.ts';
import { GoroutineKeeper } from './keeper.ts';
import { emptyDump, isServer, judgeCrash } from './verdict.ts';

/** Numbers in the headers of stacks that no goroutine is known of. */
export const LOOSE = { runtime: -1, unknown: -2 } as const;
export const NOTHING_ABOVE: Above = { crash: null, servedPanic: null, speaks: false };

export class OpenDump {
  private readonly context: ReadContext;
  private readonly tests: TestTracker;
  private readonly keeper: GoroutineKeeper;
  /** Null between dumps. */
  part: DumpPart | null = null;
  /** What stood above in other people's words. */
  private above: Above = NOTHING_ABOVE;
  /** The first stack; without frames if it is of a goroutine that does not run. */
  private firstStack: { readonly stack: StackId } | null = null;
  /** Of which the reason, or the goroutines, may still come. */
  interrupted: DumpPart | null = null;

  constructor(context: ReadContext, tests: TestTracker) {
    this.context = context;
    this.tests = tests;
    this.keeper = new GoroutineKeeper(context.sink);
  }

  /** Whether a goroutine of that number stands in the dump. */
  has(id: number): boolean {
    return this.keeper.has(id);
  }

  open(line: number, crash: Crash | null, above: Above): void {
    this.above = above;
    this.part = this.begin(line, crash);
    this.part.servedPanic = above.servedPanic;
  }

  /** Goes on with the dump that was interrupted. */
  reopen(): void {
    this.above = NOTHING_ABOVE;
    this.part = this.interrupted;
    this.interrupted = null;
  }

  /** A part that is not open: a crash without goroutines, or the one begun by the words above its reason, if there is one. */
  begin(line: number, crash: Crash | null): DumpPart {
    const { interrupted } = this;
    this.interrupted = null;
    if (interrupted !== null && isBegun(interrupted)) {
      interrupted.crash = crash;
      return interrupted;
    }
    const part: DumpPart = { ...emptyDump(line, crash), position: this.tests.position() };
    this.context.openPart(part);
    return part;
  }

  keep(draft: GoroutineDraft, part: DumpPart): void {
    if (draft.header.id < 0) {
      this.keepLoose(draft, part);
      return;
    }
    const goroutine = draft.build();
    if (this.firstStack === null && goroutine.id > 0) {
      this.firstStack = { stack: goroutine.state === 'running' ? goroutine.stack : NO_STACK };
    }
    this.keeper.keep(goroutine, part);
  }

  private keepLoose(draft: GoroutineDraft, part: DumpPart): void {
    const loose = draft.buildLoose(draft.header.id === LOOSE.runtime ? 'runtime' : 'unknown');
    if (loose.of === 'runtime') part.runtimeStack ??= loose.stack;
    if (part === this.part) this.firstStack ??= loose;
    part.looseStacks.push(loose);
  }

  /** Ends the dump, if one is open; `died`: the text says that the program did. Returns it if its reason may still come. */
  close(died: boolean): DumpPart | null {
    const { part } = this;
    if (part !== null) {
      this.judge(part, died);
      this.keeper.close(part);
    }
    this.part = this.firstStack = null;
    return part !== null && isBegun(part) ? part : null;
  }

  /** A dump without a reason may be a crash's all the same, and one with a reason may not be. */
  private judge(part: DumpPart, died: boolean): void {
    const { firstStack, above } = this;
    if (firstStack === null || part.servedPanic !== null) return;
    const { stacks } = this.context;
    const ids = stacks.framesOf(firstStack.stack).map((frame) => stacks.functionIdOf(frame));
    const names = ids.map((id) => (id < 0 ? '' : stacks.functionName(id)));
    if (part.crash === null && isServer(names)) {
      part.servedPanic = { client: '', message: '' };
      return;
    }
    part.crash = judgeCrash(part.crash, {
      names,
      line: part.line,
      inline: part.crash !== null && part.crash === above.crash,
      announced: above.speaks,
      died: died && firstStack.stack !== NO_STACK,
    });
  }
}

/** Whether nothing but stacks without a goroutine, and no reason, is known of a dump: the reason may follow. */
function isBegun({ crash, looseStacks, goroutines }: DumpPart): boolean {
  return crash === null && looseStacks.length > 0 && goroutines.length === 0;
}
