/** The emulator: simulated events in a second, and schedules in a second of the race of two goroutines in one map. */

import {
  DEFAULT_COSTS,
  Explorer,
  emulate,
  exploreProcs,
  parseValues,
  SCENARIOS,
  type Scenario,
  type StrategyName,
} from 'goflame';
import { median, type Report, timeRuns } from './report.ts';

const named = (name: string): Scenario => SCENARIOS.find((one) => one.name === name) as Scenario;

export async function run(report: Report): Promise<void> {
  report.title('Emulating: simulated events a second');
  for (const [name, release, set] of RUNS) {
    for (const log of [false, true]) await measureRun(report, { name, release, set, log });
  }
  report.title('Exploring: schedules a second of two goroutines that write to one map');
  for (const strategy of ['random', 'pct', 'pos', 'exhaustive'] as const) await measureSchedules(report, strategy, 20_000);
  await measureSchedules(report, 'faithful', 200);
}

const RUNS = [
  ['map-growth', 26, []],
  ['map-growth', 23, []],
  ['ping-pong', 26, []],
  ['gc-assist', 26, ['rounds=3000']],
] as const;

async function measureRun(
  report: Report,
  what: { name: string; release: 23 | 26; set: readonly string[]; log: boolean },
): Promise<void> {
  const { name, release, set, log } = what;
  const scenario = named(name);
  const values = parseValues(scenario, set);
  let events = 0;
  const times = await timeRuns(5, () => {
    events = emulate((go) => scenario.main(go, values), { release, log }).scheduler.state.events;
  });
  const rate = `${(events / median(times) / 1000).toFixed(1)} M events/s`;
  report.line(`${name}, Go 1.${release}, ${log ? 'with' : 'without'} a trace`, `${rate} of ${events}`);
}

async function measureSchedules(report: Report, strategy: StrategyName, schedules: number): Promise<void> {
  const scenario = named('map-race');
  const values = parseValues(scenario, [], strategy === 'faithful' ? {} : scenario.small);
  const request = {
    main: scenario.main,
    release: 26,
    costs: DEFAULT_COSTS,
    strategy,
    seed: 1,
    schedules,
    depth: 2,
    maxSteps: 100_000,
    jitter: 0.05,
  } as const;
  let ran = 0;
  const times = await timeRuns(3, () => {
    ran = exploreProcs(new Explorer({ ...request, main: (go) => scenario.main(go, values) }), 2).row.schedules;
  });
  report.line(
    `${strategy}, with the race detector`,
    `${Math.round((ran / median(times)) * 1000).toLocaleString('en')} schedules/s of ${ran}`,
  );
}
