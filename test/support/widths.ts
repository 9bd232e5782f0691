/** What a text for a narrow terminal must keep of the same text without a limit. */

import stringWidth from 'string-width';

/** Numbers with their units, as they stand alone: counts, times, shares, addresses. */
const NUMBER = /(?<![\w.:/…@+-])[~+-]?(?:0x[0-9a-f]+|\d[\d,.]*(?:%|[µmn]?s\b)?)(?![\w./@:-]*[\w/@…])/g;

function numbersIn(text: string): Set<string> {
  return new Set([...text.matchAll(NUMBER)].map(([number]) => number.replace(/[.,]$/, '')));
}

/** What is wrong with `narrow`, the text for `columns`, where `whole` is that without a limit. */
export function faultsOf(narrow: string, whole: string, columns: number): string[] {
  const wide = narrow.split('\n').filter((line) => stringWidth(line) > columns);
  const known = numbersIn(whole);
  const cut = [...numbersIn(narrow)].filter((number) => !known.has(number));
  return [...wide.map((line) => `wider than ${columns}: ${line}`), ...cut.map((number) => `not in the whole text: ${number}`)];
}
