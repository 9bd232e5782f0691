/** Times, bytes and counts as the picture writes them; where the axis has its ticks. */

const UNITS: readonly (readonly [unit: string, ns: number])[] = [
  ['s', 1e9],
  ['ms', 1e6],
  ['µs', 1e3],
  ['ns', 1],
];

/** `1.23 s`, `31.2 ms`, `850 ns`: three digits. */
export function formatNs(ns: number): string {
  const [unit, size] = UNITS.find(([, one]) => Math.abs(ns) >= one * 0.9995) ?? ['ns', 1];
  const value = ns / size;
  return `${trimZeros(value >= 99.95 || size === 1 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2))} ${unit}`;
}

/** Decimals of a moment in its own unit that are still read at a glance. */
const MOST_DECIMALS = 3;

/** A moment, written as finely as `step` asks for. */
export function formatMoment(ns: number, step: number): string {
  if (ns === 0) return '0';
  const [unit, size] = UNITS.find(([, one]) => Math.abs(ns) >= one) ?? UNITS[UNITS.length - 1];
  return `${(ns / size).toFixed(decimalsOf(step, size))} ${unit}`;
}

function decimalsOf(step: number, size: number): number {
  return Math.max(0, Math.ceil(Math.log10(size / step) - 1e-9));
}

/** Labels of ticks that are `step` apart: moments, or where these would be long the first moment and how far the others lie behind. */
export function formatTicks(ticks: readonly number[], step: number): string[] {
  const [first = 0] = ticks;
  const last = ticks.at(-1) ?? 0;
  const size = UNITS.find(([, one]) => Math.abs(last) >= one)?.[1] ?? 1;
  if (decimalsOf(step, size) <= MOST_DECIMALS) return ticks.map((tick) => formatMoment(tick, step));
  return ticks.map((tick, i) => (i === 0 ? formatMoment(tick, step) : `+${formatNs(tick - first)}`));
}

/** The least distance of ticks that is 1, 2 or 5 times a power of ten and leaves room for `most` ticks at most. */
export function tickStep(ns: number, most: number): number {
  const least = Math.max(1, ns / Math.max(1, most));
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** `12.3 MB`, in powers of 1024 as the runtime counts. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1023.5 && unit < units.length - 1; unit++) value /= 1024;
  return `${trimZeros(unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1))} ${units[unit]}`;
}

/** `98 %`; what is there at all is not 0, what is missing is not 100. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.01) return '<1 %';
  if (share < 1 && share > 0.99) return '>99 %';
  return `${Math.round(share * 100)} %`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
