/** Which rows of a table are shown, and in what order. */

import { isChange, isText } from '../../src/render/report/cells.ts';
import type { Table, TableColumn } from '../../src/render/report/model.ts';

export interface RowOrder {
  /** -1 for the order given. */
  readonly column: number;
  readonly down: boolean;
}

/** Indexes of the rows whose texts hold the filter, in their order; equal ones go by the other numbers, then as given. */
export function pickRows(table: Table, filter: string, order: RowOrder): number[] {
  const wanted = filter.toLowerCase();
  const texts = table.columns.filter(isTextColumn).map(({ values }) => values as readonly string[]);
  const rows: number[] = [];
  for (let row = 0; row < table.rows; row++) {
    if (wanted === '' || texts.some((values) => values[row].toLowerCase().includes(wanted)) || inBlocks(table, row, wanted))
      rows.push(row);
  }
  const column = table.columns[order.column];
  if (column === undefined) return rows;
  const sign = order.down ? -1 : 1;
  const ties = table.columns.filter((other) => other !== column && !isTextColumn(other)).map(sizesOf);
  const breakTie = (a: number, b: number): number => {
    for (const sizeOf of ties) if (sizeOf(a) !== sizeOf(b)) return sizeOf(b) - sizeOf(a);
    return a - b;
  };
  if (isTextColumn(column)) {
    const values = column.values as readonly string[];
    return rows.sort((a, b) => sign * (values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : 0) || breakTie(a, b));
  }
  const values = column.values as Float64Array;
  // Upwards, a change goes from what shrank most to what grew most.
  const sizeOf = order.down ? sizesOf(column) : (row: number) => values[row];
  return rows.sort((a, b) => sign * (sizeOf(a) - sizeOf(b)) || breakTie(a, b));
}

/** How much a row has in a column of numbers; of changes, whichever way. */
function sizesOf({ kind, values }: TableColumn): (row: number) => number {
  const numbers = values as Float64Array;
  return isChange(kind) ? (row) => Math.abs(numbers[row]) : (row) => numbers[row];
}

function inBlocks({ blocks }: Table, row: number, wanted: string): boolean {
  return (blocks[row] ?? []).some(({ lines }) => lines.some((line) => line.toLowerCase().includes(wanted)));
}

export function isTextColumn({ kind }: TableColumn): boolean {
  return isText(kind);
}
