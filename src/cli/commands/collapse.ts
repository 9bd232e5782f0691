import type { CommandModule } from 'yargs';
import { planAction } from '../action.ts';
import { EXIT } from '../exit.ts';
import {
  COLLAPSE_OPTIONS,
  type CollapseArguments,
  INPUT_OPTIONS,
  type InputArguments,
  lastWins,
  OUTPUT_OPTION,
  TRACE_OPTIONS,
  withFiles,
} from '../options.ts';

type Arguments = InputArguments & CollapseArguments & { output?: string };

export const collapseCommand: CommandModule<object, Arguments> = {
  command: 'collapse [file..]',
  describe: 'any input → folded stacks on stdout',
  builder: (yargs) =>
    withFiles(yargs)
      .options(lastWins({ ...COLLAPSE_OPTIONS, ...INPUT_OPTIONS, ...TRACE_OPTIONS, ...OUTPUT_OPTION }))
      .example('$0 collapse dump.txt', 'one line per different stack: root;…;leaf COUNT')
      .example('kubectl logs pod | $0 collapse --group-by state', 'the state of the goroutines as root frame')
      .example('$0 collapse --weight sched --group-by entry trace.out', 'who waited for a P, and where')
      .example('$0 collapse --weight wait --user-only dump.txt.gz', 'where time is lost waiting, without the runtime') as never,
  handler: (args) =>
    planAction(async () => {
      const { writeCollapsed } = await import('../folding.ts');
      return (await writeCollapsed(args)) ?? EXIT.input;
    }),
};
