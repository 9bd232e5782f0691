/** The functions of a flame view as a table: what ends in them and what they hold, or how both changed. */

import { type TextWeights, weighTexts } from '../../src/model/walk.ts';
import type { TableColumn } from '../../src/render/report/model.ts';
import type { FlameData, TableData } from '../../src/render/report/pagedata.ts';
import { type FlameTree, parentsOf } from './tree.ts';

export const FUNCTIONS_TITLE = 'Functions';

export function tabulateFunctions(texts: readonly string[], data: FlameData, tree: FlameTree): TableData {
  const walked = {
    nodeCount: tree.count - 1,
    parents: parentsOf(tree.depths, tree.count)
      .subarray(1)
      .map((parent) => parent - 1),
    labels: tree.texts.subarray(1),
    texts,
  };
  const now = weighTexts(walked, tree.self.subarray(1), tree.totals.subarray(1));
  const { before, beforeTotals } = tree;
  const then = before === null || beforeTotals === null ? null : weighTexts(walked, before.subarray(1), beforeTotals.subarray(1));
  const rows = texts.map((_, text) => text).filter((text) => now.total[text] > 0 || (then !== null && then.total[text] > 0));
  const names = rows.map((text) => texts[text]);
  const isTime = data.unit === 'nanoseconds';
  const numbers = then === null ? weightColumns(now, rows, tree.totals[0], isTime) : changeColumns(then, now, rows, isTime);
  return {
    kind: 'table',
    title: FUNCTIONS_TITLE,
    about: `${data.unit} in stacks that end in a function (self) and that hold it (total; a stack counts once, however often it does)`,
    rows: rows.length,
    sortBy: 0,
    columns: [...numbers, { title: 'Function', kind: 'function', values: names }],
    blocks: [],
    links: names,
  };
}

type Side = 'self' | 'total';

function weightColumns(now: TextWeights, rows: readonly number[], whole: number, isTime: boolean): TableColumn[] {
  const amount = (title: string, side: Side): TableColumn => ({
    title,
    kind: isTime ? 'duration' : 'count',
    values: Float64Array.from(rows, (text) => now[side][text]),
  });
  const share = (title: string, side: Side): TableColumn => ({
    title,
    kind: 'share',
    values: Float64Array.from(rows, (text) => now[side][text] / (whole || 1)),
  });
  return [amount('Self', 'self'), share('Self %', 'self'), amount('Total', 'total'), share('Total %', 'total')];
}

function changeColumns(then: TextWeights, now: TextWeights, rows: readonly number[], isTime: boolean): TableColumn[] {
  const amount = (title: string, values: Float64Array): TableColumn => ({
    title,
    kind: isTime ? 'duration' : 'count',
    values: Float64Array.from(rows, (text) => values[text]),
  });
  const change = (title: string, side: Side): TableColumn => ({
    title,
    kind: isTime ? 'duration change' : 'change',
    values: Float64Array.from(rows, (text) => now[side][text] - then[side][text]),
  });
  const sides = (name: string, side: Side) => [
    change(`${name} change`, side),
    amount(`${name} before`, then[side]),
    amount(`${name} after`, now[side]),
  ];
  return [...sides('Self', 'self'), ...sides('Total', 'total')];
}
