/** What a named program is, and how its parameters are given. */

import { UsageError } from '../../base/errors.ts';
import type { Go, Program } from '../program.ts';

/** A whole number within bounds, or one of some words. */
export type Parameter =
  | { readonly describe: string; readonly default: number; readonly min: number; readonly max: number }
  | { readonly describe: string; readonly default: string; readonly choices: readonly string[] };

export type Values = Readonly<Record<string, number | string>>;

export interface Scenario {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Parameters for exploration, where a program should be small. */
  readonly small?: Values;
  readonly main: (go: Go, values: Values) => Program;
}

const NAME = /^[\w-]+$/;

/** The values of all parameters: the defaults, and what is given as `NAME=VALUE`. @throws UsageError */
export function parseValues(scenario: Scenario, given: readonly string[], base: Values = {}): Values {
  const values: Record<string, number | string> = {};
  for (const [name, parameter] of Object.entries(scenario.parameters)) values[name] = base[name] ?? parameter.default;
  for (const text of given) {
    const [name, ...rest] = text.split('=');
    if (!NAME.test(name) || rest.length === 0) throw new UsageError(`--set ${text}: expected NAME=VALUE`);
    values[name] = parseValue(scenario, name, rest.join('='));
  }
  return values;
}

function parseValue(scenario: Scenario, name: string, text: string): number | string {
  const parameter = Object.hasOwn(scenario.parameters, name) ? scenario.parameters[name] : undefined;
  if (parameter === undefined) {
    const known = Object.keys(scenario.parameters);
    const list = known.length === 0 ? 'it has no parameters' : `its parameters are ${known.join(', ')}`;
    throw new UsageError(`${scenario.name} has no parameter ${name}: ${list}`);
  }
  if ('choices' in parameter) {
    if (parameter.choices.includes(text)) return text;
    throw new UsageError(`${name}=${text}: expected one of ${parameter.choices.join(', ')}`);
  }
  const number = Number(text);
  const { min, max } = parameter;
  if (text !== '' && Number.isInteger(number) && number >= min && number <= max) return number;
  throw new UsageError(`${name}=${text}: a whole number from ${min} to ${max} is expected`);
}

export const whole = (describe: string, value: number, min: number, max: number): Parameter => ({
  describe,
  default: value,
  min,
  max,
});

export const choice = (describe: string, choices: readonly string[]): Parameter => ({ describe, default: choices[0], choices });

/** A parameter's value as a number, or as a word. */
export const num = (values: Values, name: string): number => values[name] as number;
export const word = (values: Values, name: string): string => values[name] as string;
