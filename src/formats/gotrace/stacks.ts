/** A generation's table of stacks, and how its ids become stacks of the whole input. */

import { isRuntimeFunction } from '../../model/names.ts';
import { NO_STACK, type StackId, type StackTable } from '../../model/stacks.ts';
import type { TraceTables } from '../../model/trace.ts';

/** Ids are dense from 1; larger ones are legal and looked up more slowly. */
const DENSE_IDS = 1 << 22;
const UNRESOLVED = -2;

/** By frame: ids of function and file, and the line. */
export type FrameColumns = Float64Array;
const FIELDS = 3;

interface Entry {
  /** Leaf first, as they stand in the trace. */
  readonly frames: FrameColumns;
  /** The stack it became; {@link UNRESOLVED} until somebody asked. */
  stack: StackId;
}

/** Tables whose stacks can be sent elsewhere. */
export interface PackableTables extends TraceTables {
  readonly stacks: TraceStacks;
}

export class TraceStacks {
  private readonly dense: (Entry | undefined)[] = [];
  private readonly sparse = new Map<number, Entry>();
  private readonly text: (id: number) => string | undefined;

  /** `text` gives the string of an id. */
  constructor(text: (id: number) => string | undefined) {
    this.text = text;
    this.set(0, new Float64Array(0));
  }

  set(id: number, frames: FrameColumns): void {
    const entry = { frames, stack: UNRESOLVED };
    if (id < DENSE_IDS) this.dense[id] = entry;
    else this.sparse.set(id, entry);
  }

  has(id: number): boolean {
    return this.entry(id) !== undefined;
  }

  /** All stacks, by id. */
  *entries(): Generator<readonly [id: number, frames: FrameColumns]> {
    for (let id = 1; id < this.dense.length; id++) {
      const entry = this.dense[id];
      if (entry !== undefined) yield [id, entry.frames];
    }
    for (const [id, { frames }] of this.sparse) yield [id, frames];
  }

  /** Text of a string that frames name. */
  textOf(id: number): string {
    return this.text(id) ?? '';
  }

  /** Ids of the strings that the frames name. */
  *stringIds(): Generator<number> {
    for (const entries of [this.dense, this.sparse.values()]) {
      for (const entry of entries) {
        if (entry === undefined) continue;
        for (let i = 0; i < entry.frames.length; i += FIELDS) {
          yield entry.frames[i];
          yield entry.frames[i + 1];
        }
      }
    }
  }

  /** The stack of an id; {@link NO_STACK} for one without frames, or that is not there. */
  stackOf(id: number, stacks: StackTable): StackId {
    const entry = this.entry(id);
    if (entry === undefined) return NO_STACK;
    if (entry.stack === UNRESOLVED) entry.stack = this.intern(entry.frames, stacks);
    return entry.stack;
  }

  /** `main.work main.go:12`: the innermost frame outside the runtime; '' without any. */
  placeOf(id: number): string {
    const frames = this.entry(id)?.frames ?? new Float64Array(0);
    for (let i = 0; i < frames.length; i += FIELDS) {
      const name = this.textOf(frames[i]);
      const isOther = name === '' || name.startsWith('runtime/') || isRuntimeFunction(name);
      if (!isOther) return `${name} ${baseName(this.textOf(frames[i + 1]))}:${frames[i + 2]}`;
    }
    return '';
  }

  private entry(id: number): Entry | undefined {
    return id < DENSE_IDS ? this.dense[id] : this.sparse.get(id);
  }

  private intern(frames: FrameColumns, stacks: StackTable): StackId {
    const ids: number[] = [];
    for (let i = 0; i < frames.length; i += FIELDS) {
      const file = this.text(frames[i + 1]) ?? '';
      ids.push(stacks.frameOf(this.text(frames[i]) ?? '', file === '' ? null : file, frames[i + 2]));
    }
    return stacks.internStack(ids);
  }
}

function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}
