/** The commands and what they have in common: parsing, errors, interrupts, exit codes. */

import yargs from 'yargs';
import { UsageError } from '../base/errors.ts';
import { VERSION } from '../version.ts';
import { runPlanned } from './action.ts';
import { analyzeCommand } from './commands/analyze.ts';
import { collapseCommand } from './commands/collapse.ts';
import { convertCommand } from './commands/convert.ts';
import { demoCommand } from './commands/demo.ts';
import { diffCommand } from './commands/diff.ts';
import { emulateCommand } from './commands/emulate.ts';
import { exploreCommand } from './commands/explore.ts';
import { inspectCommand } from './commands/inspect.ts';
import { renderCommand } from './commands/render.ts';
import { reportCommand } from './commands/report.ts';
import { timelineCommand } from './commands/timeline.ts';
import { EXIT } from './exit.ts';
import { checkValues, guardDashes, type OptionTypes } from './options.ts';
import { checkOutput } from './outputs.ts';
import { printText } from './streams.ts';

const WIDEST_HELP = 110;

/** Options that name files to write. */
const OUTPUT_FILES = ['output', 'trace', 'dump', 'race', 'schedtrace'];

/** Runs one command line; gives its exit code. @throws UsageError, InputError, OutputError */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const { help, options } = readCommandLine(args);
  if (help !== '') {
    await printText([`${help}\n`]);
    return EXIT.done;
  }
  // Before any work is done: a place that cannot be written to is no news for the end of it.
  for (const name of OUTPUT_FILES) if (typeof options[name] === 'string') checkOutput(options[name]);
  return await runPlanned();
}

/** What a command line asks for: its options, or the text of the help. @throws UsageError */
export function readCommandLine(args: readonly string[]): { help: string; options: Readonly<Record<string, unknown>> } {
  let help = '';
  // With a callback yargs hands over what it would print, and whether that can be printed is told.
  const options = makeParser(args).parse(guardDashes(args), (_error: unknown, _options: unknown, text: string) => {
    help = text;
  });
  return { help, options: options as Readonly<Record<string, unknown>> };
}

function makeParser(args: readonly string[]) {
  return yargs()
    .scriptName('goflame')
    .usage(
      '$0 COMMAND [FILE..]\n\nWhat goroutines left behind (dumps, crashes, profiles, race reports) → folded stacks, flame graphs, summaries.',
    )
    .command(collapseCommand)
    .command(renderCommand)
    .command(reportCommand)
    .command(inspectCommand)
    .command(diffCommand)
    .command(analyzeCommand)
    .command(timelineCommand)
    .command(convertCommand)
    .command(emulateCommand)
    .command(exploreCommand)
    .command(demoCommand)
    .demandCommand(1, 'name a command: goflame --help lists them')
    .parserConfiguration({ 'greedy-arrays': false })
    .strict()
    .recommendCommands()
    .help()
    .alias('help', 'h')
    .version(VERSION)
    .alias('version', 'V')
    .wrap(Math.min(process.stdout.columns ?? WIDEST_HELP, WIDEST_HELP))
    .epilogue('Exit codes: 0 done, 1 found what --fail-on names, 2 wrong usage, 3 input that cannot be read.')
    .exitProcess(false)
    .check((_argv, options) => checkValues(args, options as unknown as OptionTypes))
    .fail((message, error) => {
      // What yargs finds wrong comes as a message, or as an error of its own.
      if (error !== undefined && error !== null && error.name !== 'YError') throw error;
      throw new UsageError(`${message ?? error.message}\n(goflame --help, goflame COMMAND --help)`);
    });
}
