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
import { describeError, EXIT } from './exit.ts';
import { guardDashes } from './options.ts';
import { endOnClosedPipe } from './outputs.ts';

const WIDEST_HELP = 110;

/** Runs one command line; gives its exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  endOnClosedPipe();
  process.on('SIGINT', () => process.exit(EXIT.interrupted));
  try {
    makeParser(args).parseSync();
    return await runPlanned();
  } catch (error) {
    const { text, code } = describeError(error);
    process.stderr.write(text);
    return code;
  }
}

function makeParser(args: readonly string[]) {
  const parser = yargs(guardDashes(args));
  return parser
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
    .fail((message, error) => {
      throw error ?? new UsageError(`${message}\n(goflame --help, goflame COMMAND --help)`);
    });
}
