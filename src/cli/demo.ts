/** The work of `goflame demo`: maps of both kinds grow on four Ps, emulated; what became of the Ps is told and drawn. */

import { emulate } from '../emulator/emulate.ts';
import { findScenario } from '../emulator/scenarios/index.ts';
import { parseValues } from '../emulator/scenarios/scenario.ts';
import { summarizeRun } from '../emulator/summary.ts';
import type { GoRelease } from '../emulator/version.ts';
import { writeLog } from '../formats/gotrace/writelog.ts';
import type { RunGrowth, RunSummary } from '../model/emulation.ts';
import type { SchedLog } from '../model/schedlog.ts';
import { formatDuration, formatPercent } from '../render/units.ts';
import { EXIT } from './exit.ts';
import { writeOutput } from './outputs.ts';
import { type RenderArguments, renderFlameGraph } from './rendering.ts';
import { printText } from './streams.ts';
import { drawTimeline } from './timelining.ts';

interface DemoMap {
  readonly release: GoRelease;
  readonly name: string;
  readonly title: string;
  readonly about: string;
}

const MAPS: readonly DemoMap[] = [
  {
    release: 23,
    name: 'classic',
    title: 'classic maps',
    about: 'classic maps: the buckets double at once, their entries move with the writes that follow, two buckets each',
  },
  {
    release: 26,
    name: 'swiss',
    title: 'Swiss maps',
    about: 'Swiss maps: a table of up to 1,024 slots is rehashed whole, by the one write that fills it',
  },
];
const SETTINGS = ['pattern=bursty', 'writes=20000', 'burst=2000', 'gap=150000'];
const SEED = 1;
const PROCS = 4;
const FLAME = 'goflame-demo.svg';
const SAMPLE_PERIOD = 10_000;

export async function runDemo(): Promise<number> {
  await printText([`Four goroutines fill a map each, in bursts, on ${PROCS} Ps: emulated, by a cost model, without Go.\n`]);
  for (const map of MAPS) {
    const summary = await emulateGrowth(map);
    await drawTimeline({
      file: [`${baseOf(map)}.trace`],
      output: `${baseOf(map)}.svg`,
      title: `P occupancy while ${map.title} grow (emulated Go 1.${map.release})`,
      width: 1200,
      top: 8,
      javascript: true,
      quiet: true,
    });
    await printText(describe(map, summary));
  }
  const flame: RenderArguments = {
    file: MAPS.map((map) => `${baseOf(map)}.trace`),
    output: FLAME,
    title: 'Where the CPU time goes while maps grow (emulated)',
    quiet: true,
  };
  await renderFlameGraph(flame);
  await printText(farewell());
  return EXIT.done;
}

function baseOf({ name }: DemoMap): string {
  return `goflame-demo-${name}`;
}

async function emulateGrowth(map: DemoMap): Promise<RunSummary> {
  const scenario = findScenario('bursts');
  const values = parseValues(scenario, SETTINGS);
  const options = { release: map.release, procs: PROCS, seed: SEED, samplePeriod: SAMPLE_PERIOD };
  const run = emulate((go) => scenario.main(go, values), options);
  const pieces: Uint8Array[] = [];
  writeLog(run.log as SchedLog, (piece) => pieces.push(piece), { version: 22 });
  await writeOutput(pieces, `${baseOf(map)}.trace`);
  return summarizeRun(run, { scenario: scenario.name, parameters: values, seed: SEED });
}

function* describe(map: DemoMap, { procs, growths, durationNs }: RunSummary): Generator<string> {
  yield `\nGo 1.${map.release}, ${map.about}\n`;
  const shares = procs.map(({ id, modeNs }) => `P${id} ${formatPercent(modeNs.growing, modeNs.growing + modeNs.user)}`);
  yield `  ${formatDuration(durationNs)} of model time; of the program's CPU, growth took ${shares.join(', ')}\n`;
  const longest = growths.reduce<RunGrowth | null>((most, one) => (most === null || one.cost > most.cost ? one : most), null);
  if (longest === null) return;
  const { from, to, cost, operations, count } = longest;
  const how = operations > 1 ? `over ${operations} writes and deletes` : 'in one write';
  yield `  ${growths.length} growths; the longest, ${from} → ${to} slots at ${count} entries, took ${formatDuration(cost)} of CPU ${how}\n`;
}

function* farewell(): Generator<string> {
  const width = 28;
  yield '\nTo look at, in a browser:\n';
  yield `  ${'goflame-demo-classic.svg'.padEnd(width)}what each P did: growth taxes writes for a while after each doubling\n`;
  yield `  ${'goflame-demo-swiss.svg'.padEnd(width)}the same writes: whole tables at once, all within a few bursts\n`;
  yield `  ${FLAME.padEnd(width)}where the CPU time went: growWork and evacuate beside rehash and split\n`;
  yield '\nTo go on:\n';
  yield `  ${'goflame analyze goflame-demo-swiss.trace'.padEnd(46)}P states, what held the Ps, who waited\n`;
  yield `  ${'goflame explore map-race'.padEnd(46)}the crash that one P hides, and the race that it does not\n`;
  yield `  ${'goflame emulate --list'.padEnd(46)}more programs, and parameters to change\n`;
}
