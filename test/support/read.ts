/** Reading in tests: text in, everything that was found out. */

import { EvidenceCollector } from '../../src/analysis/collect.ts';
import { InputReader, type ReaderOptions } from '../../src/formats/reader.ts';
import type { CountProfilePart, DumpPart, Evidence, Part, RacePart } from '../../src/model/evidence.ts';
import type { Creator } from '../../src/model/snapshot.ts';
import { type CallFrame, elidedText, isElided, placeOf, type StackId, type StackTable } from '../../src/model/stacks.ts';

export interface ReadOptions extends ReaderOptions {
  /** Bytes that the reader is given at a time. */
  readonly step?: number;
}

/** Everything that an input holds, kept in its parts. @throws InputError */
export function readText(text: string | Uint8Array, { step = 1 << 20, ...options }: ReadOptions = {}): Evidence {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const collector = new EvidenceCollector();
  const reader = new InputReader(collector, options);
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
  const evidence = reader.end();
  collector.finish(evidence);
  return evidence;
}

function ofFormat<T extends Part['format']>(evidence: Evidence, format: T): Extract<Part, { format: T }>[] {
  return evidence.parts.filter((part): part is Extract<Part, { format: T }> => part.format === format);
}

export function dumpsOf(evidence: Evidence): DumpPart[] {
  return ofFormat(evidence, 'goroutine-dump');
}

export function racesOf(evidence: Evidence): RacePart[] {
  return ofFormat(evidence, 'race-report');
}

export function profilesOf(evidence: Evidence): CountProfilePart[] {
  return ofFormat(evidence, 'goroutine-profile');
}

/** The only dump of a text. */
export function readDump(
  text: string | Uint8Array,
  options: ReadOptions = {},
): { evidence: Evidence; dump: DumpPart; stacks: StackTable } {
  const evidence = readText(text, options);
  const [dump, ...others] = dumpsOf(evidence);
  if (dump === undefined || others.length > 0) throw new Error(`expected one dump, found ${others.length + (dump ? 1 : 0)}`);
  return { evidence, dump, stacks: evidence.stacks };
}

/** Frames as short texts, leaf first: `main.f a.go:3`. */
export function framesOf(stacks: StackTable, stack: StackId): string[] {
  return stacks.framesAt(stack).map((frame) => {
    if (isElided(frame)) return elidedText(frame.elided);
    const place = placeOf(frame);
    return place === null ? frame.function : `${frame.function} ${place}`;
  });
}

export function callsOf(stacks: StackTable, stack: StackId): CallFrame[] {
  return stacks.framesAt(stack).filter((frame): frame is CallFrame => !isElided(frame));
}

export function creatorText(stacks: StackTable, createdBy: Creator | null): string | null {
  if (createdBy === null) return null;
  const frame = stacks.frame(createdBy.frame) as CallFrame;
  return `${frame.function} ${placeOf(frame) ?? '-'}${createdBy.goroutine === null ? '' : ` in ${createdBy.goroutine}`}`;
}

/** All that matters of an input in one comparable text, where lines may have moved. */
export function essenceOf(evidence: Evidence): string[] {
  const { stacks } = evidence;
  return evidence.parts.flatMap((part) => {
    if (part.format === 'goroutine-dump') {
      const goroutines = part.goroutines.map((g) =>
        JSON.stringify([
          g.id,
          g.state,
          g.flags,
          g.waitMinutes,
          g.lockedToThread,
          g.bubble,
          g.labels,
          framesOf(stacks, g.stack),
          creatorText(stacks, g.createdBy),
          g.ancestors.length,
          g.truncated,
        ]),
      );
      return [`dump ${part.crash?.kind} ${part.crash?.message}`, ...goroutines.sort()];
    }
    if (part.format === 'goroutine-profile')
      return [
        `profile ${part.name} ${part.total}`,
        ...part.records.map((r) => JSON.stringify([r.count, r.labels, framesOf(stacks, r.stack)])),
      ];
    if (part.format === 'race-report') {
      return part.races.map((race) => {
        const sides = race.accesses.map((a) => [a.kind, a.address, a.goroutine, framesOf(stacks, a.stack)]);
        return JSON.stringify([
          sides,
          race.creations.map((c) => [c.goroutine, c.state, framesOf(stacks, c.stack)]),
          race.truncated,
        ]);
      });
    }
    return [JSON.stringify(part)];
  });
}
