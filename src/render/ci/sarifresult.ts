/** One result of SARIF: its message, its locations, and one flow for each goroutine from its go statement to what it did. */

import type * as Sarif from 'sarif';
import type { CiAccess, CiFrame, CiPlace, CiRace, CiRepository } from '../../model/ci.ts';
import { briefName } from '../../model/names.ts';
import type { CiItem, CiReport } from './items.ts';
import { functionOf, namesOf } from './racetext.ts';
import { placeOfFrame } from './repository.ts';
import { oneLine } from './text.ts';

/** The kinds of findings that code scanning is told of: builds and tests that fail are no alerts. */
export type Reported = 'race' | 'crash' | 'timeout';
type ReportedItem = CiItem & { readonly subject: Extract<CiItem['subject'], { kind: Reported }> };

/** GitHub takes 10,000 locations of a result's flows, and shows 1,000. */
const MAX_FLOW = 400;
const MAX_NAME = 300;
const MAX_TEXT = 1000;

export interface ResultContext extends CiReport {
  /** The finding's own, or one that stands for it. */
  readonly place: CiPlace;
  readonly rule: { readonly id: string; readonly index: number };
  /** Some result is of the baseline: then every result says whether it is. */
  readonly hasKnown: boolean;
}

export function isReported(item: CiItem): item is ReportedItem {
  return item.subject.kind === 'race' || item.subject.kind === 'crash' || item.subject.kind === 'timeout';
}

export function makeResult(item: ReportedItem, context: ResultContext): Sarif.Result {
  const { finding, subject } = item;
  const related = subject.kind === 'race' ? locationsOfRace(subject.race, context.repository) : [];
  const flows = flowsOf(subject, context.repository);
  const homeless = item.place === null ? ' No frame of it lies in this repository.' : '';
  return {
    ruleId: context.rule.id,
    ruleIndex: context.rule.index,
    level: finding.severity,
    message: { text: `${messageOf(item, related)}${homeless}` },
    locations: [{ ...placedAt(context.place), message: { text: plain(finding.title) } }],
    ...(related.length === 0 ? {} : { relatedLocations: related.map(({ location }) => location) }),
    ...(flows.length === 0 ? {} : { codeFlows: [{ threadFlows: flows }] }),
    partialFingerprints: fingerprintsOf(item),
    ...(context.hasKnown ? { suppressions: suppressionsOf(item) } : {}),
    properties: {
      sure: finding.sure,
      amount: finding.amount,
      evidence: oneLine(finding.evidence, MAX_TEXT),
      ...(subject.kind === 'race' ? { state: subject.race.state, kinds: subject.race.kinds } : {}),
    },
  };
}

function fingerprintsOf({ subject, fingerprint }: ReportedItem): Record<string, string> {
  switch (subject.kind) {
    case 'race':
      return { 'goflameRace/v2': fingerprint, 'goflameRaceLines/v1': subject.race.strict };
    case 'crash':
      return { 'goflameCrash/v1': fingerprint };
    case 'timeout':
      return { 'goflameTimeout/v1': fingerprint };
  }
}

function suppressionsOf({ subject }: ReportedItem): Sarif.Suppression[] {
  if (subject.kind !== 'race' || subject.race.state !== 'known') return [];
  const { baseline } = subject.race;
  const reasons = [baseline?.ticket, baseline?.note].filter((text) => text != null && text !== '');
  const justification = oneLine(reasons.join(': ') || 'an entry of the baseline', MAX_TEXT);
  return [{ kind: 'external', status: 'accepted', justification }];
}

/** A side of a race that lies in the repository. */
interface Related {
  /** The access or creation that it is of. */
  readonly of: object;
  readonly id: number;
  readonly location: Sarif.Location;
}

function locationsOfRace({ accesses, creations }: CiRace, repository: CiRepository): Related[] {
  const sides = [
    ...accesses.map((of, at) => ({ of, what: `${at === 0 ? '' : 'previous '}${of.kind} by ${goroutineName(of.goroutine)}` })),
    ...creations.map((of) => ({ of, what: `${goroutineName(of.goroutine)} (${of.state}) is created here` })),
  ];
  const found: Related[] = [];
  for (const { of, what } of sides) {
    const located = locate(of.frames, repository);
    const id = found.length + 1;
    if (located !== null) found.push({ of, id, location: { id, ...located, message: { text: what } } });
  }
  return found;
}

/** The innermost frame that lies in the repository. */
function locate(frames: readonly CiFrame[], repository: CiRepository): Sarif.Location | null {
  for (const frame of frames) {
    const location = locateFrame(frame, repository);
    if (location !== null) return location;
  }
  return null;
}

function locateFrame(frame: CiFrame, repository: CiRepository): Sarif.Location | null {
  const place = placeOfFrame(frame, repository);
  if (place === null) return null;
  return { ...placedAt(place), logicalLocations: [{ fullyQualifiedName: oneLine(frame.function, MAX_NAME), kind: 'function' }] };
}

function placedAt({ file, line }: CiPlace): Pick<Sarif.Location, 'physicalLocation'> {
  return {
    physicalLocation: {
      artifactLocation: { uri: encodePath(file), uriBaseId: '%SRCROOT%' },
      region: { startLine: Math.max(1, line) },
    },
  };
}

/** A path as a relative URI: a colon in its first segment would make a scheme of it. */
export function encodePath(path: string): string {
  const wellFormed = path.replace(/\p{Cs}/gu, '\ufffd');
  return wellFormed
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/[!'()*]/g, percent))
    .join('/');
}

function percent(c: string): string {
  return `%${c.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Sides that have a related location are links to it. */
function messageOf({ finding, subject }: ReportedItem, related: readonly Related[]): string {
  if (subject.kind !== 'race') return `${plain(finding.title)}: ${plain(finding.why)}.`;
  const { race } = subject;
  const link = (of: object, text: string): string => {
    const id = related.find((one) => one.of === of)?.id;
    return id === undefined ? plain(text) : `[${plain(text)}](${id})`;
  };
  const sides = race.accesses.map((access) => `${access.kind} in ${link(access, functionOf(access))}`);
  const made = race.creations.map((creation) => link(creation, goroutineName(creation.goroutine)));
  return [
    `${race.state === 'known' ? 'Known data' : race.state === 'expired' ? 'No longer excused data' : 'Data'} race: ${sides.join(', ') || 'the report is cut'}.`,
    made.length === 0 ? '' : `Created: ${made.join(', ')}.`,
    race.tests.length === 0 ? '' : `Of ${plain(namesOf(race.tests))}.`,
    race.blamed.length === 0 ? '' : `go lets ${plain(namesOf(race.blamed))} fail for it.`,
  ]
    .filter((text) => text !== '')
    .join(' ');
}

/** Text in a message: brackets would make a link of it, braces a placeholder. */
function plain(text: string): string {
  return oneLine(text, MAX_TEXT)
    .replace(/[\\[\]]/g, '\\$&')
    .replace(/\{(\d+)\}/g, '($1)');
}

function flowsOf(subject: ReportedItem['subject'], repository: CiRepository): Sarif.ThreadFlow[] {
  switch (subject.kind) {
    case 'race':
      return subject.race.accesses.flatMap((access) => flowOfAccess(access, subject.race, repository));
    case 'crash': {
      const { frames, createdBy, kind } = subject.crash;
      return flowOf('crashed goroutine', { created: createdBy === null ? [] : [createdBy], frames, end: kind }, repository);
    }
    case 'timeout':
      return subject.timeout.stuck.flatMap(({ name, frames }) => flowOf(name, { created: [], frames, end: 'waits' }, repository));
  }
}

function flowOfAccess(
  { goroutine, kind, frames }: CiAccess,
  { creations }: CiRace,
  repository: CiRepository,
): Sarif.ThreadFlow[] {
  const created = creations.find((creation) => creation.goroutine === goroutine)?.frames ?? [];
  return flowOf(goroutineName(goroutine), { created, frames, end: `${kind}s` }, repository);
}

interface Flow {
  /** Innermost first, as in all stacks. */
  readonly created: readonly CiFrame[];
  readonly frames: readonly CiFrame[];
  /** What happens in the innermost frame. */
  readonly end: string;
}

/** The go statement, then the calls, outermost first: of each what lies in the repository. */
function flowOf(id: string, { created, frames, end }: Flow, repository: CiRepository): Sarif.ThreadFlow[] {
  const start = locate(created, repository);
  const calls = frames
    .flatMap((frame) => locateFrame(frame, repository) ?? [])
    .slice(0, MAX_FLOW)
    .reverse();
  const steps = calls.map((location, at) => ({
    location,
    text: at === calls.length - 1 ? end : `calls ${calledName(calls[at + 1])}`,
  }));
  const all = start === null ? steps : [{ location: start, text: 'is created here' }, ...steps];
  if (all.length === 0) return [];
  const name = oneLine(id, MAX_NAME);
  const last = all.length - 1;
  return [
    {
      id: name,
      message: { text: plain(name) },
      locations: all.map(({ location, text }, at) => ({
        location: { ...location, message: { text: plain(text) } },
        importance: at === 0 || at === last ? ('essential' as const) : ('important' as const),
      })),
    },
  ];
}

function calledName({ logicalLocations }: Sarif.Location): string {
  return briefName(logicalLocations?.[0].fullyQualifiedName ?? '');
}

function goroutineName(goroutine: number | string): string {
  return goroutine === 'main' ? 'main goroutine' : `goroutine ${goroutine}`;
}
