/**
 * SARIF 2.1.0 (OASIS): races, crashes and time-outs as results that code scanning shows beside the source. Of a result GitHub
 * makes an alert of the first location alone; what else there is of a race stands in its related locations and code flows.
 */

import type * as Sarif from 'sarif';
import type { CiPlace, CiRun } from '../../model/ci.ts';
import { type CiItem, type CiReport, itemsOf } from './items.ts';
import { isReported, makeResult, type Reported } from './sarifresult.ts';
import { countOf } from './text.ts';

/** GitHub takes 25,000 results of a run, and files that are at most 10 MB when compressed. */
export const SARIF_MAX_RESULTS = 25_000;
export const SARIF_MAX_BYTES = 10_000_000;
const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** What the results mean, for whoever has to mend one. */
const HELP = 'https://go.dev/doc/articles/race_detector';

const RULES: Readonly<Record<Reported, Sarif.ReportingDescriptor>> = {
  race: makeRule('go/data-race', 'DataRace', {
    short: 'Data race',
    full: 'Two goroutines access one memory location at the same time, and at least one of them writes.',
    help: 'Guard both accesses by one mutex, hand the value over by a channel, or let one goroutine own it.',
  }),
  crash: makeRule('go/crash', 'Crash', {
    short: 'Crash of a test program',
    full: 'A panic, a fatal error of the runtime or a signal ended the program.',
    help: 'The dump in the archive shows what every goroutine did at that moment.',
  }),
  timeout: makeRule('go/test-timeout', 'TestTimeout', {
    short: 'Time-out of tests',
    full: 'Tests were still running when their time was over.',
    help: 'The dump in the archive shows where the goroutines of these tests wait.',
  }),
};
const RULE_ORDER: readonly Reported[] = ['race', 'crash', 'timeout'];

function makeRule(id: string, name: string, words: { short: string; full: string; help: string }): Sarif.ReportingDescriptor {
  return {
    id,
    name,
    shortDescription: { text: `${words.short}.` },
    fullDescription: { text: words.full },
    help: { text: words.help },
    helpUri: HELP,
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['concurrency', 'go', 'test'], precision: 'very-high', 'problem.severity': 'error' },
  };
}

/** The file as one line; the most severe first, as many as readers take. What had no place in the repository is counted in it. */
export function writeSarif(report: CiReport, maxBytes = SARIF_MAX_BYTES): string {
  const items = itemsOf(report).filter(isReported);
  const hasKnown = items.some(isKnown);
  const results: string[] = [];
  const left = { homeless: 0, surplus: 0 };
  let room = maxBytes;
  for (const item of items) {
    const place = item.place ?? fallbackPlace(report);
    if (place === null) {
      left.homeless++;
      continue;
    }
    const rule = { id: RULES[item.subject.kind].id, index: RULE_ORDER.indexOf(item.subject.kind) };
    const text = fitResult(makeResult(item, { ...report, place, rule, hasKnown }), room);
    if (text === null || results.length >= SARIF_MAX_RESULTS) {
      left.surplus++;
      continue;
    }
    results.push(text);
    room -= Buffer.byteLength(text) + 1;
  }
  const run = JSON.stringify(makeRun(report.evidence.run, left));
  // results are put in as text: none of them is made twice
  return `{"$schema":"${SCHEMA}","version":"2.1.0","runs":[${run.slice(0, -1)},"results":[${results.join(',')}]}]}\n`;
}

function isKnown({ subject }: CiItem): boolean {
  return subject.kind === 'race' && subject.race.state === 'known';
}

/** The file that is surely there. GitHub refuses a whole file for one result without a place. */
function fallbackPlace({ repository }: CiReport): CiPlace | null {
  const [module] = repository.modules;
  return module === undefined ? null : { file: module.folder === '' ? 'go.mod' : `${module.folder}/go.mod`, line: 1 };
}

/** Without its code flows where there is no room for them; null where there is none at all. */
function fitResult(result: Sarif.Result, room: number): string | null {
  const text = JSON.stringify(result);
  if (Buffer.byteLength(text) <= room) return text;
  const { codeFlows: _, ...bare } = result;
  const short = JSON.stringify(bare);
  return Buffer.byteLength(short) <= room ? short : null;
}

interface LeftOut {
  /** Results without a place. */
  readonly homeless: number;
  /** Results past the limits. */
  readonly surplus: number;
}

/** All of the run but its results. */
function makeRun(run: CiRun, { homeless, surplus }: LeftOut): Omit<Sarif.Run, 'results'> {
  const notes = [
    homeless > 0 ? `${countOf(homeless, 'finding')} left out: no place in this repository` : '',
    surplus > 0 ? `${countOf(surplus, 'finding')} left out: more than code scanning takes` : '',
  ].filter((text) => text !== '');
  const invocation: Sarif.Invocation = {
    executionSuccessful: run.state === 'complete',
    ...(run.exit === null ? {} : { exitCode: run.exit }),
    ...(run.started === null ? {} : { startTimeUtc: run.started }),
    ...(run.ended === null ? {} : { endTimeUtc: run.ended }),
    ...(notes.length === 0
      ? {}
      : { toolExecutionNotifications: notes.map((text) => ({ level: 'warning' as const, message: { text: `${text}.` } })) }),
  };
  return {
    tool: {
      driver: {
        name: 'goflame',
        semanticVersion: run.goflame,
        informationUri: HELP,
        rules: RULE_ORDER.map((kind) => RULES[kind]),
      },
    },
    automationDetails: { id: 'goflame/ci/' },
    originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
    columnKind: 'utf16CodeUnits',
    invocations: [invocation],
  };
}
