/** Stacks of goroutines: their own calls, and on top of them what the runtime is doing; each different one a number. */

import { type FrameId, NO_STACK, type StackId, StackTable } from '../model/stacks.ts';
import { NO_SITE, type SiteTable } from './sites.ts';
import type { Call, Task } from './task.ts';

/** Above the number of different sites. */
const SITE_LIMIT = 1 << 16;

export class StackBook {
  readonly table: StackTable;
  private readonly sites: SiteTable;
  private readonly frames = new Map<string, Map<number, FrameId>>();
  private readonly combined = new Map<number, StackId>();

  constructor(sites: SiteTable, table = new StackTable()) {
    this.sites = sites;
    this.table = table;
  }

  /** The stack that ends in a call at its line. */
  stack(call: Call): StackId {
    return this.table.internCall(call.caller, this.frame(call.function, call.file, call.line));
  }

  /** A goroutine's stack with the runtime's frames of a site on top. */
  stackOf(task: Task, site: number = task.site): StackId {
    return this.withSite(task.stackOf(this), site);
  }

  withSite(stack: StackId, site: number): StackId {
    if (site === NO_SITE) return stack;
    const key = (stack + 1) * SITE_LIMIT + site;
    const known = this.combined.get(key);
    if (known !== undefined) return known;
    let node = stack;
    const frames = this.sites.framesOf(site);
    for (let i = frames.length - 1; i >= 0; i--) {
      node = this.table.internCall(node, this.frame(frames[i].function, frames[i].file ?? '', frames[i].line));
    }
    this.combined.set(key, node);
    return node;
  }

  /** The stack of one frame. */
  root(name: string, file: string, line: number): StackId {
    return this.table.internCall(NO_STACK, this.frame(name, file, line));
  }

  private frame(name: string, file: string, line: number): FrameId {
    let lines = this.frames.get(name);
    if (lines === undefined) {
      lines = new Map();
      this.frames.set(name, lines);
    }
    let id = lines.get(line);
    if (id === undefined) {
      id = this.table.frameOf(name, file, line);
      lines.set(line, id);
    }
    return id;
  }
}
