/** The work of `goflame render`. */

import path from 'node:path';
import { rebaseProfile, reverseProfile } from '../analysis/reshape.ts';
import { type Profile, totalWeight } from '../model/profile.ts';
import { type FlameGraphReport, writeFlameGraph } from '../render/flamegraph.ts';
import type { FlameGraphOptions, NameAttributes } from '../render/flameoptions.ts';
import { resolveOptions } from '../render/flameoptions.ts';
import { sourceText, stackTitle, weightText } from '../render/flametitle.ts';
import { collapseInputs } from './collapsing.ts';
import { readNameAttributes, readPaletteMap, writePaletteMap } from './flamefiles.ts';
import type { CollapseArguments, InputArguments } from './options.ts';
import { isPage, writeOutput } from './outputs.ts';
import { note } from './streams.ts';

export type RenderArguments = InputArguments &
  CollapseArguments &
  FlameGraphOptions & { output?: string; reverse?: boolean; base?: string[]; nameattr?: string; cp?: boolean };

/** The exit code; null where `--strict` refuses the input. */
export async function renderFlameGraph(args: RenderArguments): Promise<number | null> {
  const base = { ...args, ...sortOption(args.sort) } as FlameGraphOptions;
  resolveOptions(base);
  const nameAttributes: ReadonlyMap<string, NameAttributes> | null =
    args.nameattr === undefined ? null : await readNameAttributes(args.nameattr);
  if (isPage(args.output)) return await renderPage(args, base);
  const paletteMap = args.cp ? await readPaletteMap() : null;
  const collapsed = await collapseInputs(args, args.flamechart ?? false);
  if (collapsed === null) return null;
  const options = {
    ...base,
    ...(nameAttributes === null ? {} : { nameAttributes }),
    ...(paletteMap === null ? {} : { paletteMap }),
  };
  const profile = reshape(collapsed.profile, args);
  const report: FlameGraphReport = { tooSmall: 0, cutNames: 0, refusedLinks: 0, totalIgnored: false };
  await writeOutput(
    writeFlameGraph(profile, { ...titlesOf(profile, collapsed.goVersion, args), ...options }, report),
    args.output,
  );
  if (paletteMap !== null) await writePaletteMap(paletteMap);
  if (!args.quiet) tellReport(report);
  return collapsed.code;
}

/** The same inputs as an interactive page. */
async function renderPage(args: RenderArguments, look: FlameGraphOptions): Promise<number | null> {
  const { reportInputs } = await import('./reporting.ts');
  const shaped = args.base !== undefined || args.reverse === true;
  const request = { merged: true, ...(shaped ? { reshape: (profile: Profile) => reshape(profile, args) } : {}) };
  return await reportInputs({ ...args, ...look }, request);
}

/** `--no-sort`, as inferno has it, keeps the order of the input. */
function sortOption(sort: unknown): { sort?: string } {
  if (sort === false || sort === '') return { sort: 'input' };
  return sort === undefined || sort === true ? {} : { sort: String(sort) };
}

function reshape(profile: Profile, args: RenderArguments): Profile {
  const based = args.base === undefined ? profile : rebaseProfile(profile, new Set(args.base));
  return args.reverse ? reverseProfile(based) : based;
}

/** The title and subtitle where none were asked for: what width means, and what it was drawn from. */
function titlesOf(profile: Profile, goVersion: string | null, args: RenderArguments): FlameGraphOptions {
  const amount = totalWeight(profile) * (args.factor ?? 1);
  const weighed = args.countname === undefined ? profile : { unit: args.countname, measure: '' };
  const arrangement = args.flamechart ? 'in the order of time' : args.reverse ? 'by caller' : 'by stack';
  const files = (args.file ?? []).map((file) => (file === '-' ? 'stdin' : path.basename(file)));
  return {
    title: stackTitle(amount, weighed, arrangement),
    subtitle: sourceText(files, goVersion, weightText(amount, weighed)),
  };
}

function tellReport({ tooSmall, cutNames, refusedLinks, totalIgnored }: FlameGraphReport): void {
  const lines: string[] = [];
  if (tooSmall > 0) lines.push(`${tooSmall} frames were too small to draw (--minwidth)`);
  if (cutNames > 0) lines.push(`${cutNames} names were cut: they are longer than 4096 characters`);
  if (refusedLinks > 0) lines.push(`${refusedLinks} links were left out: only http, https, mailto and relative ones are safe`);
  if (totalIgnored) lines.push('--total was ignored: the stacks add up to more');
  for (const line of lines) note(`goflame: ${line}\n`);
}
