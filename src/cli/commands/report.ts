import type { CommandModule } from 'yargs';
import { UsageError } from '../../base/errors.ts';
import { planAction } from '../action.ts';
import { EXIT } from '../exit.ts';
import { COLLAPSE_OPTIONS, INPUT_OPTIONS, lastWins, OUTPUT_OPTION, TRACE_OPTIONS, withFiles } from '../options.ts';
import type { ReportArguments } from '../reporting.ts';

const REPORT_OPTIONS = {
  title: { type: 'string', describe: 'of the page; by default the name of the input', requiresArg: true },
  flamechart: { type: 'boolean', describe: 'folded input is in the order of time' },
} as const;

export const reportCommand: CommandModule<object, ReportArguments> = {
  command: 'report [file..]',
  describe: 'any inputs → one interactive page: flame graph, functions, goroutines, races',
  builder: (yargs) =>
    withFiles(yargs)
      .options(lastWins({ ...OUTPUT_OPTION, ...REPORT_OPTIONS, ...COLLAPSE_OPTIONS, ...INPUT_OPTIONS, ...TRACE_OPTIONS }))
      .example('$0 report dump.txt race.log cpu.folded -o report.html', 'three inputs to choose from in one page')
      .example(
        'go test -race ./... 2>&1 | $0 report -o report.html',
        'the races of a test run, both sides beside each other',
      ) as never,
  handler: (args) => planAction(() => runReport(args)),
};

async function runReport(args: ReportArguments): Promise<number> {
  if (args.output === undefined && process.stdout.isTTY) {
    throw new UsageError('name a file for the page with -o FILE.html (or -o - to have it in this terminal)');
  }
  const { reportInputs } = await import('../reporting.ts');
  return (await reportInputs(args, { merged: false })) ?? EXIT.input;
}
