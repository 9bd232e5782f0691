/** What the benches print, and how they measure: medians, as these machines are noisy. */

export interface Report {
  title(text: string): void;
  line(what: string, value: string): void;
  missing(peer: string, how: string): void;
}

export const report: Report = {
  title: (text) => console.log(`\n${text}`),
  line: (what, value) => console.log(`  ${what.padEnd(52)} ${value}`),
  missing: (peer, how) => console.log(`  ${`${peer}: not here`.padEnd(52)} ${how}`),
};

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** Milliseconds of each run; `runs` of them after one that does not count. */
export async function timeRuns(runs: number, run: () => unknown): Promise<number[]> {
  const times: number[] = [];
  for (let i = -1; i < runs; i++) {
    const began = performance.now();
    await run();
    if (i >= 0) times.push(performance.now() - began);
  }
  return times;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0)} MB`;
}
