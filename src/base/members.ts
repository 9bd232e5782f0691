/** Decompresses members (gzip) or frames (zstd) that follow each other, and says what is wrong with them. */

import { InputError, type Problem } from './errors.ts';
import { DamageError, type Inflated } from './inflater.ts';

/** Compressed bytes given to a decoder at a time: bounds what one step can expand to (about 1,000 times). */
const STEP_BYTES = 16 << 10;
/** The same where the place of damage is sought: nearer and nearer. */
const FINE_STEPS = [64, 1];
/** Compressed bytes of a member that are kept, to read them again up to its damage. */
const KEPT_BYTES = 1 << 20;

/** Decodes one member. */
export interface Member {
  /** Decodes a piece; what is not `used` of it lies behind the member. @throws DamageError */
  push(bytes: Uint8Array): Promise<Inflated>;
  /** Says that no more comes. @throws DamageError where the member is cut */
  finish(): Promise<Inflated>;
  close(): void;
}

/** A compression whose members can follow each other. */
export interface Members {
  readonly name: string;
  /** How many bytes `startsWith` looks at. */
  readonly magicBytes: number;
  startsWith(bytes: Uint8Array): boolean;
  /** Whether a byte behind a member is padding. */
  isPadding(byte: number): boolean;
  /** `fine`: gives its output in pieces as small as can be, so that little is lost where damage is found. */
  open(fine: boolean): Member;
}

/**
 * The plain bytes of all members. Damage goes to `onProblem`, and ends the stream behind what came before it.
 * @throws InputError where damage left no byte
 */
export async function* unpackMembers(
  source: AsyncIterable<Uint8Array>,
  members: Members,
  onProblem: (problem: Problem) => void,
): AsyncGenerator<Uint8Array> {
  const unpacker = new Unpacker(members);
  let given = 0;
  try {
    for await (const chunk of source) {
      for await (const piece of unpacker.push(chunk)) {
        given += piece.length;
        yield piece;
      }
    }
    for await (const piece of unpacker.finish()) {
      given += piece.length;
      yield piece;
    }
  } finally {
    unpacker.close();
  }
  const { problem } = unpacker;
  if (problem === null) return;
  if (given === 0 && problem.severity === 'error') throw new InputError(problem.message);
  onProblem(problem);
}

/** Goes from member to member; once `problem` is set, nothing more is decoded. */
class Unpacker {
  problem: Problem | null = null;
  private readonly members: Members;
  private member: Member | null;
  /** Bytes between members, before it is known what they are. */
  private between: Uint8Array = new Uint8Array(0);
  /** Compressed bytes so far, and where the present member began. */
  private offset = 0;
  private began = 0;
  private readonly replay = new Replay();
  /** Bytes behind the last member that are neither padding nor a member. */
  private strange = 0;

  constructor(members: Members) {
    this.members = members;
    this.member = members.open(false);
  }

  async *push(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
    let rest = chunk;
    while (rest.length > 0 && this.problem === null) {
      if (this.strange > 0) {
        this.strange += rest.length;
        return;
      }
      if (this.member === null) rest = this.skipBetween(rest);
      else {
        const step = rest.subarray(0, STEP_BYTES);
        const used = yield* this.decode(this.member, step);
        rest = rest.subarray(used);
      }
    }
  }

  async *finish(): AsyncGenerator<Uint8Array> {
    const { member, members } = this;
    if (member !== null && this.problem === null) yield* this.finishMember(member);
    if (this.problem !== null) return;
    const ignored = this.strange + this.between.length;
    if (ignored > 0) {
      const message = `${ignored} ${ignored === 1 ? 'byte' : 'bytes'} behind the ${members.name} data ${ignored === 1 ? 'is' : 'are'} ignored`;
      this.problem = { severity: 'warning', message };
    }
  }

  close(): void {
    this.member?.close();
  }

  private async *decode(member: Member, step: Uint8Array): AsyncGenerator<Uint8Array, number> {
    try {
      const { output, used, ended } = await member.push(step);
      this.replay.keep(step.subarray(0, used));
      this.offset += used;
      for (const piece of output) {
        this.replay.given += piece.length;
        yield piece;
      }
      if (ended) this.endMember(member);
      return used;
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      this.replay.keep(step);
      yield* this.recover(error);
      return step.length;
    }
  }

  private async *finishMember(member: Member): AsyncGenerator<Uint8Array> {
    try {
      yield* (await member.finish()).output;
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      yield* error.output;
      this.problem = this.damage(error.message, this.offset);
    }
  }

  private endMember(member: Member): void {
    member.close();
    this.member = null;
    this.replay.clear();
  }

  /** Hands out what can be had before the damage, and tells it with its place. */
  private async *recover(error: DamageError): AsyncGenerator<Uint8Array> {
    if (!this.replay.isWhole) {
      yield* error.output;
      this.problem = this.damage(error.message, this.offset);
      return;
    }
    const { members, replay } = this;
    let near = this.offset - this.began;
    let output: readonly Uint8Array[] = [];
    for (const step of FINE_STEPS) {
      const member = members.open(true);
      ({ at: near, output } = await replay.run(member, near, step));
      member.close();
    }
    yield* output;
    this.problem = this.damage(error.message, this.began + near);
  }

  private damage(message: string, offset: number): Problem {
    return { severity: 'error', message: `damaged ${this.members.name} data near its compressed byte ${offset}: ${message}` };
  }

  /** Passes padding over; begins the next member where one is. Gives what is left of the bytes. */
  private skipBetween(bytes: Uint8Array): Uint8Array {
    const { members } = this;
    let at = 0;
    if (this.between.length === 0) while (at < bytes.length && members.isPadding(bytes[at])) at++;
    const rest = bytes.subarray(at);
    this.offset += at;
    if (rest.length === 0) return rest;
    const all = this.between.length === 0 ? rest : Buffer.concat([this.between, rest]);
    this.between = new Uint8Array(0);
    if (all.length < members.magicBytes) {
      this.between = Uint8Array.from(all);
    } else if (members.startsWith(all)) {
      this.member = members.open(false);
      this.began = this.offset;
      return all;
    } else {
      this.strange = all.length;
    }
    return rest.subarray(rest.length);
  }
}

/** The compressed bytes of a member so far, to read them again in small steps. */
class Replay {
  /** Decompressed bytes that were handed out. */
  given = 0;
  isWhole = true;
  private kept: Uint8Array[] = [];
  private length = 0;

  keep(step: Uint8Array): void {
    if (!this.isWhole) return;
    this.length += step.length;
    if (this.length > KEPT_BYTES) {
      this.kept = [];
      this.isWhole = false;
    } else {
      this.kept.push(Uint8Array.from(step));
    }
  }

  clear(): void {
    this.given = 0;
    this.isWhole = true;
    this.kept = [];
    this.length = 0;
  }

  /**
   * What `member` gives beyond what was given before, up to damage, and how many bytes it took; from byte `near` on in
   * steps of that many bytes.
   */
  async run(member: Member, near: number, step: number): Promise<{ at: number; output: readonly Uint8Array[] }> {
    const bytes = Buffer.concat(this.kept);
    const output: Uint8Array[] = [];
    let skip = this.given;
    const take = (pieces: readonly Uint8Array[]) => {
      for (const piece of pieces) {
        if (skip < piece.length) output.push(piece.subarray(skip));
        skip = Math.max(0, skip - piece.length);
      }
    };
    let at = 0;
    try {
      while (at < bytes.length) {
        const end = at < near ? Math.min(near, at + STEP_BYTES) : at + step;
        const result = await member.push(bytes.subarray(at, end));
        at += result.used;
        take(result.output);
      }
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      take(error.output);
    }
    return { at, output };
  }
}
