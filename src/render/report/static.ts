/** The first rows of each table as markup: what a page shows on paper and without its script. */

import { type Profile, totalWeights } from '../../model/profile.ts';
import { weighTexts } from '../../model/walk.ts';
import { countUnit, formatAmount, signedText } from '../geometry.ts';
import { escapeXml } from '../xml.ts';
import { formatCell, isText } from './cells.ts';
import type { TableColumn, TableReportView } from './model.ts';

const ROWS = 20;

export function staticTable({ title, about, table }: TableReportView): string {
  const rows = Array.from({ length: Math.min(ROWS, table.rows) }, (_, row) => table.columns.map((column) => cellOf(column, row)));
  return tableMarkup(
    title,
    about,
    table.columns.map((column) => [column.title, isNumber(column)]),
    rows,
    table.rows,
  );
}

/** Functions by what ends in them; in a comparison by how that changed. */
export function staticFunctions(profile: Profile): string {
  const { texts, self, before, unit } = profile;
  const now = weighTexts(profile, self, totalWeights(profile));
  const then = before === null ? null : weighTexts(profile, before, totalWeights(profile, before));
  const amount = (value: number) => formatAmount(value, unit);
  const sizeOf = (text: number) => (then === null ? now.self[text] : Math.abs(now.self[text] - then.self[text]));
  const order = texts.map((_, text) => text).sort((a, b) => sizeOf(b) - sizeOf(a) || now.total[b] - now.total[a]);
  const heads: [string, boolean][] =
    then === null
      ? [
          ['Self', true],
          ['Total', true],
          ['Function', false],
        ]
      : [
          ['Change', true],
          ['Before', true],
          ['After', true],
          ['Function', false],
        ];
  const rows = order
    .slice(0, ROWS)
    .map((text) =>
      then === null
        ? [amount(now.self[text]), amount(now.total[text]), texts[text]]
        : [signedText(now.self[text] - then.self[text], amount), amount(then.self[text]), amount(now.self[text]), texts[text]],
    );
  return tableMarkup('Functions', `${unit} that end in each`, heads, rows, texts.length);
}

function isNumber({ kind }: TableColumn): boolean {
  return kind === 'amount' || !isText(kind);
}

function cellOf({ kind, values }: TableColumn, row: number): string {
  const value = values[row];
  return typeof value === 'string' ? value : formatCell(kind, value);
}

function tableMarkup(
  title: string,
  about: string,
  heads: readonly (readonly [title: string, isNumber: boolean])[],
  rows: readonly (readonly string[])[],
  all: number,
): string {
  const classOf = (column: number) => (heads[column][1] ? ' class="number"' : '');
  const head = heads.map(([text], i) => `<th scope="col"${classOf(i)}>${escapeXml(text)}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${row.map((cell, i) => `<td${classOf(i)}>${escapeXml(cell)}</td>`).join('')}</tr>`)
    .join('\n');
  const left = all > rows.length ? `<p class="quiet">The first ${rows.length} of ${countUnit(all, 'rows')}.</p>\n` : '';
  return `<h3>${escapeXml(title)}</h3>\n<p class="quiet">${escapeXml(about)}</p>\n<table><thead><tr>${head}</tr></thead>\n<tbody>${body}</tbody></table>\n${left}`;
}
