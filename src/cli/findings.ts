/** What is told after reading: problems on stderr, and whether the run counts as done. */

import type { FailCondition, Findings } from '../analysis/failon.ts';
import { type Problem, UsageError } from '../base/errors.ts';
import { EXIT } from './exit.ts';
import type { ReadInput } from './inputs.ts';
import { note } from './streams.ts';
import { colorsFor } from './terminal.ts';

/** Problems of one input that are listed; `goflame inspect --json` has all. */
const LISTED = 20;

/** Lists the problems of all inputs on stderr. */
export function tellProblems(inputs: readonly ReadInput[]): void {
  for (const { file, evidence } of inputs) tellProblemsOf(file, evidence.problems);
}

/** Lists the problems of one input on stderr. */
export function tellProblemsOf(name: string, problems: readonly Problem[]): void {
  const paint = colorsFor(process.stderr);
  const file = name === '-' ? 'stdin' : name;
  for (const problem of problems.slice(0, LISTED)) {
    const word =
      problem.severity === 'error'
        ? paint.red('error')
        : problem.severity === 'warning'
          ? paint.yellow('warning')
          : problem.severity;
    const excerpt = problem.excerpt === undefined || problem.excerpt === '' ? '' : `\n    ${paint.dim(problem.excerpt)}`;
    note(`${file}${placeOf(problem)}: ${word}: ${problem.message}${excerpt}\n`);
  }
  const left = problems.length - LISTED;
  if (left > 0) note(`${file}: ${left} more problems; goflame inspect --json lists them\n`);
}

function placeOf({ line, offset }: Problem): string {
  if (line !== undefined) return `:${line}`;
  return offset === undefined ? '' : `: byte ${offset}`;
}

/** Whether `--strict` refuses these inputs. */
export function isDamaged(inputs: readonly ReadInput[]): boolean {
  return inputs.some(({ evidence }) => evidence.problems.some(isDamaging));
}

/** Whether `--strict` refuses an input with this problem. */
export function isDamaging({ severity }: Problem): boolean {
  return severity !== 'info';
}

/** The exit code by `--fail-on`; says on stderr what was found. */
export function judge(conditions: readonly FailCondition[], findings: Findings): number {
  const met = conditions.flatMap(({ text, check }) => {
    const found = check(findings);
    return found === null ? [] : [`${found} (--fail-on ${text})`];
  });
  for (const line of met) note(`goflame: found ${line}\n`);
  return met.length > 0 ? EXIT.found : EXIT.done;
}

/** Compiles what the user gave as regular expressions. @throws UsageError that names the option. */
export function parsePatterns(option: string, texts: readonly string[] | undefined): RegExp[] {
  return (texts ?? []).map((text) => {
    try {
      return new RegExp(text);
    } catch (error) {
      throw new UsageError(`--${option}: ${(error as Error).message}`);
    }
  });
}
