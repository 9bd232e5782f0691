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

/** Whether a program is named as a file and not as one of the library. */
export function isModule(name: string): boolean {
  return MODULE.test(name);
}

/** @throws UsageError */
export function requireName(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new UsageError('name a program (goflame emulate --list shows them), or a module: ./program.js');
}

/** Loads a module of the user's own, which runs its code. @throws InputError for one that cannot be used */
export async function loadModule(name: string): Promise<Scenario> {
  requireFile(name);
  let module: unknown;
  try {
    module = await import(pathToFileURL(path.resolve(name)).href);
  } catch (error) {
    throw new InputError(`the module cannot be loaded: ${(error as Error)?.message ?? error}`, { file: name });
  }
  return checkScenario(module, name);
}

function requireFile(name: string): void {
  if (!existsSync(path.resolve(name))) throw new InputError('no such file', { file: name });
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

/** What `--list` prints: a line for each program, or of one program a line for each parameter. Runs nothing. */
export function* listPrograms(name: string | undefined): Generator<string> {
  if (name === undefined) {
    const width = Math.max(...SCENARIOS.map((scenario) => scenario.name.length)) + 2;
    for (const scenario of SCENARIOS) yield `${scenario.name.padEnd(width)}${scenario.summary}\n`;
    yield '\nTheir parameters: goflame emulate NAME --list\n';
    return;
  }
  if (isModule(name)) {
    requireFile(name);
    yield `${name}  a module of your own: its parameters are those of its default export; --list does not run it\n`;
    return;
  }
  const { name: shown, summary, parameters } = findScenario(name);
  yield `${shown}  ${summary}\n`;
  for (const [key, parameter] of Object.entries(parameters)) yield `  ${parameterText(key, parameter)}\n`;
}

function parameterText(name: string, parameter: Parameter): string {
  const bounds = 'choices' in parameter ? parameter.choices.join('|') : `${parameter.min}..${parameter.max}`;
  return `${`${name}=${parameter.default}`.padEnd(20)} ${parameter.describe} (${bounds})`;
}
