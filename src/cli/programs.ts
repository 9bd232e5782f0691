/** The programs that emulate and explore run: named ones, and modules of the user's own. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError, UsageError } from '../base/errors.ts';
import { type Costs, DEFAULT_COSTS, parseCosts } from '../emulator/costs.ts';
import { ProgramError } from '../emulator/machine.ts';
import { findScenario, SCENARIOS } from '../emulator/scenarios/index.ts';
import type { Parameter, Scenario } from '../emulator/scenarios/scenario.ts';
import { checkScenario } from '../emulator/scenarios/usermodule.ts';

const MODULE = /^\.{0,2}[\\/]|[\\/]|\.[cm]?js$/;

/** @throws UsageError for an unknown name, InputError for a module that cannot be used */
export async function loadProgram(name: string | undefined): Promise<Scenario> {
  if (name === undefined) throw new UsageError('name a program (goflame emulate --list shows them), or a module: ./program.js');
  if (!MODULE.test(name)) return findScenario(name);
  const file = path.resolve(name);
  if (!existsSync(file)) throw new InputError('no such file', { file: name });
  let module: unknown;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    throw new InputError(`the module cannot be loaded: ${(error as Error)?.message ?? error}`, { file: name });
  }
  return checkScenario(module, name);
}

export function loadCosts(file: string | undefined): Costs {
  if (file === undefined) return DEFAULT_COSTS;
  const text = readFileSync(file, 'utf8');
  try {
    return parseCosts(text);
  } catch (error) {
    throw error instanceof InputError ? error.at({ file }) : error;
  }
}

/** Runs what may run a user's program: what that throws is told as its own fault. */
export function runGuarded<Result>(name: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    // A named program only passes on what the command line asks for.
    const isNamed = SCENARIOS.some((scenario) => scenario.name === name);
    if (error instanceof ProgramError && isNamed && error.request !== null) throw error.request;
    if (error instanceof ProgramError) throw new InputError(`the program threw ${error.message}`, { file: name });
    throw error;
  }
}

/** What `--list` prints: a line for each program, or of one program a line for each parameter. */
export async function* listPrograms(name: string | undefined): AsyncGenerator<string> {
  if (name !== undefined) {
    const { name: shown, summary, parameters } = await loadProgram(name);
    yield `${shown}${summary === '' ? '' : `  ${summary}`}\n`;
    for (const [key, parameter] of Object.entries(parameters)) yield `  ${parameterText(key, parameter)}\n`;
    return;
  }
  const width = Math.max(...SCENARIOS.map((scenario) => scenario.name.length)) + 2;
  for (const scenario of SCENARIOS) yield `${scenario.name.padEnd(width)}${scenario.summary}\n`;
  yield '\nTheir parameters: goflame emulate NAME --list\n';
}

function parameterText(name: string, parameter: Parameter): string {
  const bounds = 'choices' in parameter ? parameter.choices.join('|') : `${parameter.min}..${parameter.max}`;
  return `${`${name}=${parameter.default}`.padEnd(20)} ${parameter.describe} (${bounds})`;
}
