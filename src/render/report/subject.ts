/** One input, or several merged, as a subject of a report: facts, the flame view, and a table for each part. */

import type { Problem } from '../../base/errors.ts';
import { PART_NAMES } from '../../model/evidence.ts';
import { countStacks, type Profile, totalWeight } from '../../model/profile.ts';
import { isAskedFor } from '../../model/snapshot.ts';
import type { StackTable } from '../../model/stacks.ts';
import type { DumpSummary, PartSummary } from '../../model/summary.ts';
import type { Timeline } from '../../model/timeline.ts';
import type { TraceAnalysis } from '../../model/traceanalysis.ts';
import type { ProfileWindows } from '../../model/windows.ts';
import { countUnit, formatCount } from '../geometry.ts';
import { frameLine } from './cells.ts';
import type { Fact, ReportSubject, ReportView, TableReportView } from './model.ts';
import { schedulerTable, testTable } from './plaintables.ts';
import { goroutineTable, problemTable, raceTable, recordTable } from './tables.ts';
import { traceFacts, traceTables } from './tracetables.ts';

export interface SubjectInput {
  readonly file: string;
  readonly stacks: StackTable;
  readonly summaries: readonly PartSummary[];
  readonly problems: readonly Problem[];
  /** What was found out about a trace; null for other inputs. */
  readonly trace: TakenTrace | null;
}

/** A trace as it was analysed, and over time. */
export interface TakenTrace {
  readonly analysis: TraceAnalysis;
  readonly timeline: Timeline;
}

/** What the flame view shows. */
export interface SubjectStacks {
  readonly profile: Profile;
  /** The stacks are in the order of time. */
  readonly ordered?: boolean;
  readonly windows?: ProfileWindows | null;
}

/** Lines of a panic message that are shown. */
const MESSAGE_LINES = 8;

export function makeSubject(name: string, inputs: readonly SubjectInput[], stacks: SubjectStacks): ReportSubject {
  const { profile, ordered = false, windows = null } = stacks;
  const kinds = new Set(inputs.flatMap(({ summaries }) => summaries.map(({ part }) => PART_NAMES[part.format])));
  const tables = uniqueTitles(inputs.flatMap((input) => tablesOf(input)));
  const problems = problemTable(inputs.flatMap((input) => input.problems));
  const views: ReportView[] = [];
  for (const { trace } of inputs) {
    if (trace !== null) views.push({ kind: 'timeline', timeline: trace.timeline, stacks: trace.analysis.stacks });
  }
  if (profile.nodeCount > 0) views.push({ kind: 'flame', profile, ordered, windows });
  views.push(...tables);
  if (problems !== null) views.push(problems);
  return { name, kind: [...kinds].join(', ') || 'nothing', facts: factsOf(inputs, profile), views };
}

function tablesOf({ summaries, stacks, trace }: SubjectInput): TableReportView[] {
  const ofTrace = trace === null ? [] : traceTables(trace.analysis);
  const ofParts = summaries.flatMap((summary) => {
    if ('mapUsers' in summary) return goroutineTable(summary, stacks, 'Goroutines') ?? [];
    if ('reports' in summary) return raceTable(summary, stacks, 'Races') ?? [];
    if ('records' in summary) return recordTable(summary, stacks, 'Records') ?? [];
    if (summary.part.format === 'schedtrace') return schedulerTable(summary.part) ?? [];
    if (summary.part.format === 'go-test') return testTable(summary.part) ?? [];
    return [];
  });
  return [...ofTrace, ...ofParts];
}

/** Several dumps in one input have numbers behind their names. */
function uniqueTitles(tables: readonly TableReportView[]): TableReportView[] {
  const counts = new Map<string, number>();
  return tables.map((table) => {
    const count = (counts.get(table.title) ?? 0) + 1;
    counts.set(table.title, count);
    return count === 1 ? table : { ...table, title: `${table.title} ${count}` };
  });
}

function factsOf(inputs: readonly SubjectInput[], profile: Profile): Fact[] {
  const facts = inputs.flatMap(({ summaries, stacks, trace }) => [
    ...summaries.flatMap((summary) => summaryFacts(summary, stacks)),
    ...(trace === null ? [] : traceFacts(trace.analysis)),
  ]);
  if (facts.length === 0 && profile.nodeCount > 0) {
    facts.push(plain(`${countUnit(totalWeight(profile), profile.unit)}, ${countUnit(countStacks(profile), 'different stacks')}`));
  }
  const damaged = inputs.flatMap(({ problems }) => problems).filter(({ severity }) => severity !== 'info').length;
  if (damaged > 0) facts.push({ tone: 'warning', text: countUnit(damaged, 'problems while reading') });
  return facts;
}

/** A message of several lines as one: a fact is a line. */
function oneLine(message: string): string {
  const lines = message.trim().split(/\s*\n\s*/);
  const shown = lines.slice(0, MESSAGE_LINES).join(' · ');
  return lines.length > MESSAGE_LINES ? `${shown} …` : shown;
}

function plain(text: string): Fact {
  return { text, tone: 'plain' };
}

function summaryFacts(summary: PartSummary, stacks: StackTable): Fact[] {
  if ('mapUsers' in summary) return dumpFacts(summary, stacks);
  if ('reports' in summary) {
    const text = `${countUnit(summary.groups.length, 'different races')}, ${countUnit(summary.reports, 'reports')}`;
    return [{ text, tone: summary.groups.length > 0 ? 'alarm' : 'plain' }];
  }
  if ('records' in summary)
    return [plain(`${formatCount(summary.part.total)} in all, ${countUnit(summary.records.length, 'different stacks')}`)];
  return [];
}

function dumpFacts(
  { part, goroutines, systemStacks, groups, leaked, truncated, mapUsers }: DumpSummary,
  stacks: StackTable,
): Fact[] {
  const facts: Fact[] = [];
  if (part.crash !== null) {
    const { kind, chain } = part.crash;
    const asked = isAskedFor(part.crash) || kind === 'recovered';
    const reason = chain.at(-1)?.message ?? part.crash.message;
    const message = oneLine(reason);
    const text =
      kind === 'unknown' ? 'a crash of unknown reason' : `${kind === 'recovered' ? 'recovered panic' : kind}: ${message}`;
    facts.push({ text, tone: asked ? 'plain' : 'alarm' });
  }
  for (const { id, operation, frame, evidence } of mapUsers) {
    const what = operation === 'unknown' ? 'in a map operation' : `map ${operation}`;
    facts.push({ tone: 'alarm', text: `goroutine ${id}: ${what} at ${frameLine(stacks.frame(frame))} (${evidence})` });
  }
  const system = systemStacks === 0 ? '' : ` and ${countUnit(systemStacks, 'system stacks')}`;
  facts.push(plain(`${countUnit(goroutines, 'goroutines')}${system}, ${countUnit(groups.length, 'different stacks')}`));
  if (leaked > 0) facts.push({ tone: 'alarm', text: countUnit(leaked, 'leaked goroutines') });
  if (truncated > 0) facts.push({ tone: 'warning', text: `${formatCount(truncated)} cut off` });
  return facts;
}
