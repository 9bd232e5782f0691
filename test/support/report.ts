/** Reports in tests: the page's data without a browser. */

import { type CollapseOptions, Collapser } from '../../src/analysis/collapse.ts';
import { teeTraces } from '../../src/analysis/collect.ts';
import { Summarizer } from '../../src/analysis/summary.ts';
import { TraceAnalyzer } from '../../src/analysis/trace/analyzer.ts';
import { SliceWeights } from '../../src/analysis/trace/sliceweights.ts';
import { TimelineBuilder } from '../../src/analysis/trace/timeline.ts';
import { InputReader } from '../../src/formats/reader.ts';
import type { EvidenceSink } from '../../src/model/evidence.ts';
import type { Profile } from '../../src/model/profile.ts';
import type { ProfileWindows } from '../../src/model/windows.ts';
import { makeDifference } from '../../src/render/report/difference.ts';
import type { Report, ReportSubject, ReportView } from '../../src/render/report/model.ts';
import { encodeReport } from '../../src/render/report/packpage.ts';
import { writeReport } from '../../src/render/report/page.ts';
import { decodeReport, type FlameData, type PageData } from '../../src/render/report/pagedata.ts';
import { makeSubject } from '../../src/render/report/subject.ts';
import { type FlameTree, treeOf } from '../../templates/report/tree.ts';
import { compare, readComparable } from './compare.ts';

export function reportOf(views: readonly ReportView[]): Report {
  return { title: 'test', generator: 'goflame test', subjects: [{ name: 'input', kind: 'test', facts: [], views }] };
}

export function pageOf(views: readonly ReportView[]): PageData {
  return decodeReport(encodeReport(reportOf(views)));
}

/** A profile as the page has it. */
export function flameOf(profile: Profile, ordered = false): { page: PageData; data: FlameData; tree: FlameTree } {
  const page = pageOf([{ kind: 'flame', profile, ordered }]);
  const data = page.subjects[0].views[0] as FlameData;
  return { page, data, tree: treeOf(data) };
}

/** `a;b 3 (5)`: each node's path, weight and total, in the order of the tree. */
export function treeLines(tree: FlameTree, texts: readonly string[]): string[] {
  const path: string[] = [];
  return Array.from({ length: tree.count - 1 }, (_, i) => {
    const node = i + 1;
    path.length = tree.depths[node] - 1;
    path.push(texts[tree.texts[node]]);
    return `${path.join(';')} ${tree.self[node]} (${tree.totals[node]})`;
  });
}

/** The page of one text, as `goflame report` writes it. */
export function drawPage(texts: Readonly<Record<string, string | Uint8Array>>, options: CollapseOptions = {}): string {
  const subjects = Object.entries(texts).map(([name, text]) => {
    const { stacks, summaries, profile } = readComparable(text, name, options);
    return makeSubject(name, [{ file: name, stacks, summaries, problems: [], trace: null }], {
      profile,
      ordered: options.ordered ?? false,
    });
  });
  return [...writeReport({ title: 'test', generator: 'goflame test', subjects })].join('');
}

export function drawDifference(before: string | Uint8Array, after: string | Uint8Array): string {
  return [...writeReport({ title: 'test', generator: 'goflame test', subjects: [makeDifference(compare(before, after))] })].join(
    '',
  );
}

export interface TraceParts {
  readonly subject: ReportSubject;
  readonly profile: Profile;
  readonly windows: ProfileWindows;
}

/** An execution trace as the page shows it. */
export function readTraceSubject(trace: Uint8Array, name = 'trace'): TraceParts {
  const slices = new SliceWeights(0);
  const collapser = new Collapser({ trace: { slices } });
  const builder = new TimelineBuilder();
  let sink: EvidenceSink | null = null;
  const reader = new InputReader({
    goroutine: () => {},
    record: () => {},
    race: () => {},
    trace: () => sink?.trace?.() ?? null,
  });
  collapser.begin(reader.stacks, name);
  const analyzer = new TraceAnalyzer(reader.stacks, {}, builder);
  sink = { goroutine: () => {}, record: () => {}, race: () => {}, trace: () => teeTraces([collapser.trace(), analyzer]) };
  reader.push(trace);
  const evidence = reader.end();
  collapser.finish(evidence);
  const analysis = analyzer.finish();
  const profile = collapser.build();
  const windows = collapser.windows() as ProfileWindows;
  const input = {
    file: name,
    stacks: reader.stacks,
    summaries: new Summarizer(reader.stacks).summarize(evidence),
    problems: evidence.problems,
    trace: { analysis, timeline: builder.finish(analysis) },
  };
  return { subject: makeSubject(name, [input], { profile, windows }), profile, windows };
}

export function drawTracePage(trace: Uint8Array): string {
  return [...writeReport({ title: 'test', generator: 'goflame test', subjects: [readTraceSubject(trace).subject] })].join('');
}
