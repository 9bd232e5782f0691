/** Durations, sizes and shares as people read them. */

const STEPS: readonly (readonly [number, string])[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
];

const DAY = 24 * 3600 * 1e9;
const YEAR = 365.25 * DAY;
/** Seconds and days with more digits than five are told in larger units. */
const MOST = 1e5;

/** Days and years, of clocks that jump: never so wide that it touches the next column. */
function formatLong(ns: number): string {
  if (Math.abs(ns) < MOST * DAY) return `${threeDigits(ns / DAY)} d`;
  const years = ns / YEAR;
  return `${Math.abs(years) < MOST ? years.toFixed(0) : years.toExponential(1).replace('+', '')} y`;
}

/** Three digits and the unit that fits: `15.1 ms`, `443 ns`, `2.00 s`; at most nine characters. */
export function formatDuration(ns: number): string {
  if (Math.abs(ns) >= MOST * 1e9) return formatLong(ns);
  for (const [size, unit] of STEPS) {
    if (Math.abs(ns) >= size * 0.9995) return `${threeDigits(ns / size)} ${unit}`;
  }
  return `${Math.round(ns)} ns`;
}

const SIZES: readonly (readonly [number, string])[] = [
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
];

export function formatBytes(bytes: number): string {
  for (const [size, unit] of SIZES) if (bytes >= size) return `${threeDigits(bytes / size)} ${unit}`;
  return `${bytes} B`;
}

/** A share as per cent, `-` for none at all. */
export function formatPercent(part: number, whole: number): string {
  if (whole <= 0 || part === 0) return '-';
  const percent = (100 * part) / whole;
  return percent < 0.05 ? '<0.1%' : `${percent.toFixed(percent >= 99.95 ? 0 : 1)}%`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

const BARS = ' ▁▂▃▄▅▆▇█';

/** Shares from 0 to 1 as one character each. */
export function sparkline(shares: readonly number[]): string {
  return shares.map((share) => BARS[Math.max(0, Math.min(8, Math.round(share * 8)))]).join('');
}
