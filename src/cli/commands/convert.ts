import type { CommandModule } from 'yargs';
import { UsageError } from '../../base/errors.ts';
import { planAction } from '../action.ts';
import type { ConvertArguments } from '../converting.ts';
import { EXIT } from '../exit.ts';
import { INPUT_OPTIONS, lastWins, OUTPUT_OPTION, withFiles } from '../options.ts';

/** What `--to` names, and versions that `--go` names; tests hold them to what the library has. */
export const CONVERT_TARGETS = ['trace-text', 'trace', 'folded'] as const;
export const GO_CHOICES = ['1.22', '1.23', '1.25', '1.26'] as const;

const { from, strict, quiet } = INPUT_OPTIONS;

export const convertCommand: CommandModule<object, ConvertArguments> = {
  command: 'convert [file..]',
  describe: 'one input → another format: an execution trace as text and back, folded stacks',
  builder: (yargs) =>
    withFiles(yargs)
      .options(
        lastWins({
          to: { choices: CONVERT_TARGETS, demandOption: true, requiresArg: true, describe: 'the format to write' },
          go: {
            type: 'string',
            choices: GO_CHOICES,
            requiresArg: true,
            describe: 'version of the format of --to trace; by default that of the input',
          },
          ...{ from, strict, quiet },
          ...OUTPUT_OPTION,
        }),
      )
      .example('$0 convert trace.out --to trace-text | less', 'one event a line, as go tool trace -d=wire has it')
      .example('$0 convert case.txt --to trace -o trace.out', 'a trace written by hand, for go tool trace')
      .example('$0 convert new.trace --to trace --go 1.23 -o old.trace', 'for the tools of an older Go')
      .example('$0 convert dump.txt --to folded', 'what collapse gives') as never,
  handler: (args) => planAction(() => runConvert(args)),
};

async function runConvert(args: ConvertArguments): Promise<number> {
  checkArguments(args);
  if (args.to === 'folded') {
    const { writeCollapsed } = await import('../folding.ts');
    // `from` and `to` of collapse can be times of a trace: here they are formats.
    const { from: format, to: _to, go: _go, ...shared } = args;
    return (await writeCollapsed({ ...shared, ...(format === undefined ? {} : { from: [format] }) })) ?? EXIT.input;
  }
  const { convertTrace } = await import('../converting.ts');
  return (await convertTrace(args)) ?? EXIT.input;
}

function checkArguments({ file = [], to, go, from: format, output, strict: isStrict }: ConvertArguments): void {
  const isTrace = to !== 'folded';
  const toStdout = output === undefined || output === '-';
  if (go !== undefined && to !== 'trace') throw new UsageError('--go goes with --to trace');
  if (!isTrace) return;
  if (file.length > 1) throw new UsageError(`--to ${to} takes one trace at a time`);
  if (format !== undefined && format !== 'go-trace') throw new UsageError(`--to ${to} reads execution traces, not ${format}`);
  if (to === 'trace' && toStdout && process.stdout.isTTY)
    throw new UsageError('a binary trace is nothing for a terminal: name a file with -o FILE');
  if (isStrict && toStdout) throw new UsageError('--strict needs -o FILE: what is written to stdout cannot be taken back');
}
