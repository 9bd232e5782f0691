/** Checks what a user's module gives: a generator function, or an object with one as `main` and its parameters. */

import { InputError } from '../../base/errors.ts';
import type { Parameter, Scenario } from './scenario.ts';

/** @throws InputError that names what is wrong */
export function checkScenario(module: unknown, file: string): Scenario {
  const given = isRecord(module) ? (module.default ?? module.main) : undefined;
  const fail = (message: string): never => {
    throw new InputError(message, { file });
  };
  if (typeof given === 'function') return makeScenario(file, given as Scenario['main'], {});
  if (!isRecord(given)) return fail('no program: export default function* main(go) { … }');
  const { main, parameters = {}, summary = '', name = file } = given;
  if (typeof main !== 'function') return fail('no program: `main` of its default export is to be a generator function');
  if (!isRecord(parameters)) return fail('`parameters` is to be an object');
  for (const [key, parameter] of Object.entries(parameters)) {
    if (!isParameter(parameter))
      return fail(`parameter ${key}: expected {describe, default, min, max} or {describe, default, choices}`);
  }
  return {
    ...makeScenario(String(name), main as Scenario['main'], parameters as Record<string, Parameter>),
    summary: String(summary),
  };
}

function makeScenario(name: string, main: Scenario['main'], parameters: Record<string, Parameter>): Scenario {
  return { name, summary: '', parameters, main };
}

function isParameter(value: unknown): value is Parameter {
  if (!isRecord(value) || typeof value.describe !== 'string') return false;
  if (Array.isArray(value.choices)) {
    return value.choices.every((one) => typeof one === 'string') && value.choices.some((one) => one === value.default);
  }
  return [value.default, value.min, value.max].every((number) => typeof number === 'number');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
