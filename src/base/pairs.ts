/**
 * Gives equal pairs, children of trees and numbers equal small integers: ids from 0, in the order of first sight. Open
 * addressing with linear probing; the hash is salted per process, so that no input can be made to collide on purpose, and
 * shows nowhere in any output.
 */

import { Int32Column } from './columns.ts';
import { InputError } from './errors.ts';
import { MAX_DISTINCT } from './limits.ts';

/** What hashes are salted with, those of byte strings as well. */
export const SALT = (Math.random() * 0x1_0000_0000) | 0;
/** Slots of a new table. */
export const INITIAL_SLOTS = 1024;

/** Pairs of integers → ids. */
export class PairInterner {
  private slots = new Int32Array(INITIAL_SLOTS);
  private mask = INITIAL_SLOTS - 1;
  /** The first number of every pair, by id. */
  readonly first = new Int32Column();
  /** The second number of every pair, by id. */
  readonly second = new Int32Column();

  get size(): number {
    return this.first.length;
  }

  intern(first: number, second: number): number {
    const { slots, mask } = this;
    const firsts = this.first.data;
    const seconds = this.second.data;
    for (let slot = hashPair(first, second) & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot] - 1;
      if (id < 0) return this.add(first, second, slot);
      if (firsts[id] === first && seconds[id] === second) return id;
    }
  }

  private add(first: number, second: number, slot: number): number {
    const id = this.size;
    if (id >= MAX_DISTINCT) throw new InputError(`too many different stacks: more than ${MAX_DISTINCT}`);
    this.first.push(first);
    this.second.push(second);
    this.slots[slot] = id + 1;
    if (this.size * 2 > this.slots.length) this.rehash();
    return id;
  }

  private rehash(): void {
    const length = this.slots.length * 4;
    const mask = length - 1;
    const slots = new Int32Array(length);
    for (let id = 0; id < this.size; id++) {
      let slot = hashPair(this.first.data[id], this.second.data[id]) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.slots = slots;
    this.mask = mask;
  }
}

function hashPair(first: number, second: number): number {
  let h = Math.imul(first ^ SALT, 0x9e3779b1) ^ Math.imul(second + 0x7f4a7c15, 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 13);
}

/** Children that are looked for one after the other before a table is asked. */
const LISTED_CHILDREN = 8;

/**
 * Nodes of a tree that grows: pairs of a parent's id (or -1) and a label → ids, parents first. Most nodes have few
 * children, so a node's first ones are a list; only further ones stand in a hash table.
 */
export class TreeInterner {
  /** The parent of every node. */
  readonly first = new Int32Column();
  /** The label of every node. */
  readonly second = new Int32Column();
  /** By parent + 1: its first child's id + 1, and how many children are listed. */
  private readonly heads = new Int32Column();
  private readonly listed = new Int32Column();
  /** By node: the next child of the same parent + 1. */
  private readonly nexts = new Int32Column();
  private readonly others = new PairInterner();
  private readonly otherIds = new Int32Column();

  constructor() {
    this.heads.push(0);
    this.listed.push(0);
  }

  get size(): number {
    return this.first.length;
  }

  intern(parent: number, label: number): number {
    const labels = this.second.data;
    const nexts = this.nexts.data;
    let last = 0;
    for (let at = this.heads.data[parent + 1]; at !== 0; at = nexts[at - 1]) {
      if (labels[at - 1] === label) return at - 1;
      last = at;
    }
    if (this.listed.data[parent + 1] >= LISTED_CHILDREN) return this.internOther(parent, label);
    const id = this.add(parent, label);
    if (last === 0) this.heads.data[parent + 1] = id + 1;
    else this.nexts.data[last - 1] = id + 1;
    this.listed.data[parent + 1]++;
    return id;
  }

  /** The first listed child of a node (-1: of the root) + 1, or 0. */
  firstChild(parent: number): number {
    return this.heads.data[parent + 1];
  }

  /** The next listed child of the same parent + 1, or 0. */
  nextChild(node: number): number {
    return this.nexts.data[node];
  }

  private internOther(parent: number, label: number): number {
    const known = this.others.intern(parent, label);
    if (known < this.otherIds.length) return this.otherIds.data[known];
    const id = this.add(parent, label);
    this.otherIds.push(id);
    return id;
  }

  private add(parent: number, label: number): number {
    const id = this.size;
    if (id >= MAX_DISTINCT) throw new InputError(`too many different stacks: more than ${MAX_DISTINCT}`);
    this.first.push(parent);
    this.second.push(label);
    this.nexts.push(0);
    this.heads.push(0);
    this.listed.push(0);
    return id;
  }
}

/** Pairs of a parent's id (or -1) and a label → ids, where only the latest child of a parent is found again. */
export class LatestPairs {
  readonly first = new Int32Column();
  readonly second = new Int32Column();
  /** By parent + 1: its latest child + 1, 0 without one. */
  private readonly latest = new Int32Column();

  constructor() {
    this.latest.push(0);
  }

  get size(): number {
    return this.first.length;
  }

  /** The latest child of a node + 1, or 0: the only one that is found again. */
  firstChild(parent: number): number {
    return this.latest.data[parent + 1];
  }

  nextChild(_node: number): number {
    return 0;
  }

  intern(parent: number, label: number): number {
    const known = this.firstChild(parent) - 1;
    if (known >= 0 && this.second.data[known] === label) return known;
    const id = this.size;
    if (id >= MAX_DISTINCT) throw new InputError(`too many frames: more than ${MAX_DISTINCT}`);
    this.first.push(parent);
    this.second.push(label);
    this.latest.push(0);
    this.latest.data[parent + 1] = id + 1;
    return id;
  }
}

/** A set of non-negative numbers below 2^53, at about 16 bytes a member. */
export class NumberSet {
  private slots = new Float64Array(INITIAL_SLOTS).fill(-1);
  size = 0;

  /** Adds a number; false if it was there. */
  add(value: number): boolean {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = hashNumber(value) & mask;
    for (; slots[slot] !== -1; slot = (slot + 1) & mask) {
      if (slots[slot] === value) return false;
    }
    slots[slot] = value;
    this.size++;
    if (this.size * 2 > slots.length) this.rehash();
    return true;
  }

  has(value: number): boolean {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = hashNumber(value) & mask;
    while (slots[slot] !== -1 && slots[slot] !== value) slot = (slot + 1) & mask;
    return slots[slot] === value;
  }

  private rehash(): void {
    const old = this.slots;
    this.slots = new Float64Array(old.length * 2).fill(-1);
    const mask = this.slots.length - 1;
    for (const value of old) {
      if (value === -1) continue;
      let slot = hashNumber(value) & mask;
      while (this.slots[slot] !== -1) slot = (slot + 1) & mask;
      this.slots[slot] = value;
    }
  }
}

function hashNumber(value: number): number {
  return hashPair(value | 0, (value / 0x1_0000_0000) | 0);
}
