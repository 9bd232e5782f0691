/** Reports in tests: the page's data without a browser. */

import type { CollapseOptions } from '../../src/analysis/collapse.ts';
import type { Profile } from '../../src/model/profile.ts';
import { makeDifference } from '../../src/render/report/difference.ts';
import type { Report, ReportView } from '../../src/render/report/model.ts';
import { writeReport } from '../../src/render/report/page.ts';
import { decodeReport, encodeReport, type FlameData, type PageData } from '../../src/render/report/pagedata.ts';
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
