/** What was found in a run, each with the evidence behind it and its place in the repository: what annotations are made of. */

import { createHash } from 'node:crypto';
import type {
  CiBuild,
  CiCrash,
  CiEvidence,
  CiFinding,
  CiPlace,
  CiRace,
  CiRepository,
  CiTest,
  CiTimeout,
} from '../../model/ci.ts';
import { placeInLog, placeInStack, placeOfBuild } from './repository.ts';

/** What every writer is given. */
export interface CiReport {
  readonly evidence: CiEvidence;
  readonly repository: CiRepository;
}

export type CiSubject =
  | { readonly kind: 'race'; readonly race: CiRace }
  | { readonly kind: 'crash'; readonly crash: CiCrash }
  | { readonly kind: 'timeout'; readonly timeout: CiTimeout }
  | { readonly kind: 'build'; readonly build: CiBuild }
  | { readonly kind: 'test'; readonly test: CiTest | null };

export interface CiItem {
  readonly finding: CiFinding;
  readonly subject: CiSubject;
  /** In the repository, the file relative to its root; null where it cannot be told. */
  readonly place: CiPlace | null;
  /** The same in the next run. */
  readonly fingerprint: string;
}

const RANK = { error: 0, warning: 1, note: 2 } as const;

/** Most severe first, otherwise in the order of the findings. */
export function itemsOf({ evidence, repository }: CiReport): CiItem[] {
  const next = { race: 0, crash: 0, timeout: 0, build: 0, test: 0 };
  const tests = new Map(evidence.tests.tests.map((test) => [`${titleOfTest(test)} failed`, test]));
  const items = evidence.run.findings.map((finding) => {
    const subject = subjectOf(finding, next[finding.kind]++, { evidence, tests });
    return {
      finding,
      subject,
      place: placeOf(subject, evidence, repository),
      fingerprint: subject.kind === 'race' ? subject.race.fingerprint : digest(identityOf(subject, finding)),
    };
  });
  return items.sort((a, b) => RANK[a.finding.severity] - RANK[b.finding.severity]);
}

/** Findings of one kind are in the order of the evidence that they are of; those of tests carry the test's name. */
function subjectOf(
  finding: CiFinding,
  at: number,
  { evidence, tests }: { evidence: CiEvidence; tests: ReadonlyMap<string, CiTest> },
): CiSubject {
  const { kind } = finding;
  switch (kind) {
    case 'race':
      return { kind, race: knownOf(evidence.races[at], kind) };
    case 'crash':
      return { kind, crash: knownOf(evidence.crashes[at], kind) };
    case 'timeout':
      return { kind, timeout: knownOf(evidence.timeouts[at], kind) };
    case 'build':
      return { kind, build: knownOf(evidence.tests.builds[at], kind) };
    case 'test':
      return { kind, test: tests.get(finding.title) ?? null };
  }
}

function knownOf<T>(value: T | undefined, kind: string): T {
  if (value === undefined) throw new Error(`a finding of the kind ${kind} has nothing behind it`);
  return value;
}

function titleOfTest({ package: path, name }: CiTest): string {
  return path === null ? name : `${path} ${name}`;
}

function placeOf(subject: CiSubject, evidence: CiEvidence, repository: CiRepository): CiPlace | null {
  switch (subject.kind) {
    case 'race':
      return placeOfRace(subject.race, repository);
    case 'crash':
      return placeOfCrash(subject.crash, repository);
    case 'timeout':
      return placeInStack(
        subject.timeout.stuck.flatMap(({ frames }) => frames),
        repository,
      );
    case 'build':
      return placeOfBuild(subject.build, evidence.run.folder, repository);
    case 'test':
      return subject.test === null ? null : placeInLog(subject.test, repository);
  }
}

/** In the accesses if one of them is in the repository's code, else where their goroutines were started. */
export function placeOfRace({ accesses, creations }: CiRace, repository: CiRepository): CiPlace | null {
  return placeInStack(
    [...accesses, ...creations].flatMap(({ frames }) => frames),
    repository,
  );
}

function placeOfCrash({ frames, mapUsers, createdBy }: CiCrash, repository: CiRepository): CiPlace | null {
  const others = [...mapUsers.map(({ frame }) => frame), ...(createdBy === null ? [] : [createdBy])];
  return placeInStack([...frames, ...others], repository);
}

/** What stays the same while code around it changes: no lines, no addresses. */
function identityOf(subject: Exclude<CiSubject, { kind: 'race' }>, { title }: CiFinding): readonly unknown[] {
  switch (subject.kind) {
    case 'crash': {
      const { kind, message, frames, package: path } = subject.crash;
      return [kind, message.split('\n', 1)[0].replace(/0x[\da-f]+/g, '0x'), path, frames.map((frame) => frame.function)];
    }
    case 'timeout':
      return ['timeout', subject.timeout.package, subject.timeout.tests.map(({ name }) => name)];
    case 'build':
      return ['build', subject.build.importPath];
    case 'test':
      return ['test', title];
  }
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
