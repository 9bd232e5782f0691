/** One goroutine while its lines are read. */

import type { Int32Column } from '../../base/columns.ts';
import { MAX_FRAMES } from '../../base/limits.ts';
import type { Ancestor, Creator, Goroutine, LooseStack } from '../../model/snapshot.ts';
import { type FrameId, NO_STACK, type StackTable } from '../../model/stacks.ts';
import type { Header } from './header.ts';

/** What a place line would complete, and what may still come. */
export type Section = 'frames' | 'creator' | 'done' | 'ancestor frames' | 'ancestor creator';

export class GoroutineDraft {
  readonly line: number;
  header: Header;
  section: Section = 'frames';
  readonly frames: Int32Column;
  truncated = false;
  stackAvailable = true;
  /** Whether the last frame or creator came with offsets: it is whole. */
  lastWhole = false;
  private readonly stacks: StackTable;
  private readonly args: (string | null)[] | null;
  private pending: { name: string; args: string | null } | null = null;
  private creating: { name: string; goroutine: number | null } | null = null;
  private createdBy: Creator | null = null;
  private readonly ancestors: Ancestor[] = [];
  private ancestor: { id: number; frames: FrameId[]; createdBy: Creator | null } | null = null;

  /** `frames` is a column to use again; what it holds is dropped. */
  constructor(header: Header, line: number, stacks: StackTable, frames: Int32Column, keepArguments: boolean) {
    this.header = header;
    this.line = line;
    this.stacks = stacks;
    this.frames = frames;
    frames.length = 0;
    this.args = keepArguments ? [] : null;
  }

  /** Whether a function or a creator waits for its place. */
  get waitsForPlace(): boolean {
    return this.pending !== null || this.creating !== null;
  }

  /** What is known of a stack without a goroutine. */
  buildLoose(of: LooseStack['of']): LooseStack {
    const { stack, createdBy } = this.build();
    return { of, stack, createdBy, line: this.line };
  }

  /** Whether nothing but the header is known. */
  get bare(): boolean {
    return this.frames.length === 0 && !this.waitsForPlace && this.stackAvailable && this.createdBy === null;
  }

  call(name: string, args: string | null): void {
    this.flush();
    this.pending = { name, args };
  }

  /** A frame that has no place line of its own. */
  note(frame: FrameId): void {
    this.flush();
    this.pushFrame(frame, null);
  }

  creator(name: string, goroutine: number | null): void {
    this.flush();
    this.creating = { name, goroutine };
    this.section = this.ancestor === null ? 'creator' : 'ancestor creator';
  }

  /** The creator, its place already known; `whole` as in {@link place}. */
  createdByFrame(frame: FrameId, goroutine: number | null, whole: boolean): void {
    this.createdBy = { frame, goroutine };
    this.section = 'done';
    this.lastWhole = whole;
  }

  originate(id: number): void {
    this.closeAncestor();
    this.ancestor = { id, frames: [], createdBy: null };
    this.section = 'ancestor frames';
  }

  place(place: string, whole: boolean): void {
    this.lastWhole = whole;
    const frame = this.stacks.frameAt((this.pending ?? this.creating)?.name ?? '', place);
    if (this.pending !== null) {
      this.pushFrame(frame, this.pending.args);
      this.pending = null;
    } else {
      this.setCreator(frame);
    }
  }

  /** Takes what waits for a place as having none. */
  flush(): void {
    if (this.pending !== null) {
      this.pushFrame(this.stacks.frameOf(this.pending.name), this.pending.args);
      this.pending = null;
    }
    if (this.creating !== null) this.setCreator(this.stacks.frameOf(this.creating.name));
  }

  /** The outermost frame so far, or -1. */
  get root(): FrameId {
    return this.frames.length === 0 ? -1 : this.frames.data[this.frames.length - 1];
  }

  get isCreated(): boolean {
    return this.createdBy !== null;
  }

  build(): Goroutine {
    this.flush();
    this.closeAncestor();
    const { state, flags, waitMinutes, lockedToThread, bubble, labels, extra } = this.header.status;
    return {
      id: this.header.id,
      state,
      flags,
      waitMinutes,
      lockedToThread,
      bubble,
      labels,
      extra,
      stackAvailable: this.stackAvailable,
      stack: this.frames.length === 0 ? NO_STACK : this.stacks.internStack(this.frames.data, this.frames.length),
      args: this.args,
      createdBy: this.createdBy,
      ancestors: this.ancestors,
      line: this.line,
      truncated: this.truncated,
      thread: this.header.thread,
    };
  }

  private pushFrame(frame: FrameId, args: string | null): void {
    this.lastWhole = this.lastWhole && this.pending !== null;
    if (this.ancestor !== null) {
      if (this.ancestor.frames.length < MAX_FRAMES) this.ancestor.frames.push(frame);
      return;
    }
    if (this.frames.length >= MAX_FRAMES) {
      this.truncated = true;
      return;
    }
    this.frames.push(frame);
    this.args?.push(args);
  }

  private setCreator(frame: FrameId): void {
    const creator = { frame, goroutine: this.creating?.goroutine ?? null };
    this.creating = null;
    if (this.ancestor === null) this.createdBy = creator;
    else this.ancestor.createdBy = creator;
    this.section = 'done';
  }

  private closeAncestor(): void {
    if (this.ancestor === null) return;
    const { id, frames, createdBy } = this.ancestor;
    this.ancestors.push({ id, stack: this.stacks.internStack(frames), createdBy });
    this.ancestor = null;
  }
}
