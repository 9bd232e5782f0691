import type { CommandModule } from 'yargs';
import { planAction } from '../action.ts';
import { EXIT } from '../exit.ts';
import { INPUT_OPTIONS, type InputArguments, lastWins, OUTPUT_OPTION, withFiles } from '../options.ts';

type Arguments = InputArguments & { output?: string; json?: boolean; top: number; depth: number };

export const inspectCommand: CommandModule<object, Arguments> = {
  command: 'inspect [file..]',
  describe: 'what is in there: crash, groups of goroutines, races, problems',
  builder: (yargs) =>
    withFiles(yargs)
      .options(
        lastWins({
          json: { type: 'boolean', describe: 'everything that was read, as one JSON document' },
          top: { type: 'number', default: 10, requiresArg: true, describe: 'groups and races shown' },
          depth: { type: 'number', default: 8, requiresArg: true, describe: 'frames shown of each stack' },
          ...INPUT_OPTIONS,
          ...OUTPUT_OPTION,
        }),
      )
      .example('$0 inspect crash.log', 'why it died, and where all goroutines were')
      .example('go test -race ./... 2>&1 | $0 inspect --fail-on race', 'exit with 1 if a race was found')
      .example('$0 inspect --json dump.txt | jq .inputs[].parts[].crash', 'for scripts') as never,
  handler: (args) =>
    planAction(async () => {
      const { inspectInputs } = await import('../inspecting.ts');
      return (await inspectInputs(args)) ?? EXIT.input;
    }),
};
