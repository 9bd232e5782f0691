/** The functions of a flame view as a table: what ends in them and what they hold, or how both changed. */

import { weighTexts } from '../../src/model/walk.ts';
import type { CellKind, TableColumn } from '../../src/render/report/model.ts';
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
  const pick = (values: Float64Array) => Float64Array.from(rows, (text) => values[text]);
  const shares = (values: Float64Array) => Float64Array.from(rows, (text) => values[text] / (tree.totals[0] || 1));
  const changes = (of: 'self' | 'total') => Float64Array.from(rows, (text) => now[of][text] - (then?.[of][text] ?? 0));
  const amount = data.unit === 'nanoseconds' ? 'duration' : 'count';
  const change = data.unit === 'nanoseconds' ? 'duration change' : 'change';
  const number = (title: string, values: Float64Array, kind: CellKind = amount): TableColumn => ({
    title,
    kind,
    values,
  });
  const names: TableColumn = { title: 'Function', kind: 'function', values: rows.map((text) => texts[text]) };
  const columns =
    then === null
      ? [
          number('Self', pick(now.self)),
          number('Self %', shares(now.self), 'share'),
          number('Total', pick(now.total)),
          number('Total %', shares(now.total), 'share'),
          names,
        ]
      : [
          number('Self change', changes('self'), change),
          number('Self before', pick(then.self)),
          number('Self after', pick(now.self)),
          number('Total change', changes('total'), change),
          number('Total before', pick(then.total)),
          number('Total after', pick(now.total)),
          names,
        ];
  return {
    kind: 'table',
    title: FUNCTIONS_TITLE,
    about: `${data.unit} in stacks that end in a function (self) and that hold it (total; a stack counts once, however often it does)`,
    rows: rows.length,
    sortBy: 0,
    columns,
    blocks: [],
    links: rows.map((text) => texts[text]),
  };
}
