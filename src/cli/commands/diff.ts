import type { CommandModule } from 'yargs';
import { planAction } from '../action.ts';
import type { DiffArguments } from '../diffing.ts';
import { EXIT } from '../exit.ts';
import {
  COLLAPSE_OPTIONS,
  flameGraphOptions,
  fromDash,
  INPUT_OPTIONS,
  lastWins,
  OUTPUT_OPTION,
  TRACE_OPTIONS,
} from '../options.ts';

const DIFF_OPTIONS = {
  normalize: { type: 'boolean', describe: 'scale the run before to the total of the run after: compare shares, not amounts' },
  json: { type: 'boolean', describe: 'everything that changed, as one JSON document' },
  folded: { type: 'boolean', describe: 'folded stacks with two weights, before and after' },
  top: { type: 'number', default: 10, requiresArg: true, describe: 'rows shown of each table' },
} as const;

const FAIL_ON = {
  'fail-on': {
    type: 'string',
    describe: 'exit with 1 if found: growth>20%, goroutines>+100, new-race, new-group; of traces p99-latency>+20%',
    requiresArg: true,
  },
} as const;

export const diffCommand: CommandModule<object, DiffArguments> = {
  command: 'diff <before> <after>',
  describe: 'two inputs of one kind → what grew, shrank, came and went',
  builder: (yargs) =>
    yargs
      .positional('before', { type: 'string', demandOption: true, describe: 'input; - is stdin', coerce: fromDash })
      .positional('after', { type: 'string', demandOption: true, describe: 'input of the same kind', coerce: fromDash })
      .options(
        lastWins({
          ...OUTPUT_OPTION,
          ...DIFF_OPTIONS,
          ...COLLAPSE_OPTIONS,
          ...INPUT_OPTIONS,
          ...TRACE_OPTIONS,
          ...FAIL_ON,
          ...flameGraphOptions(),
        }),
      )
      .example('$0 diff monday.txt tuesday.txt', 'which groups of goroutines grew: leak suspects first')
      .example('$0 diff old.folded new.folded -o diff.svg', 'flame graph of the difference, with what is gone')
      .example('$0 diff --fail-on new-race main.log branch.log', 'exit with 1 if a race is new')
      .example("$0 diff --normalize --fail-on 'growth>20%' before.txt after.txt --json", 'for scripts') as never,
  handler: (args) =>
    planAction(async () => {
      const { diffInputs } = await import('../diffing.ts');
      return (await diffInputs(args)) ?? EXIT.input;
    }),
};
