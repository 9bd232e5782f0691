import type { CommandModule } from 'yargs';
import { UsageError } from '../../base/errors.ts';
import type { FlameGraphOptions } from '../../render/flameoptions.ts';
import { planAction } from '../action.ts';
import { EXIT } from '../exit.ts';
import {
  COLLAPSE_OPTIONS,
  type CollapseArguments,
  flameGraphOptions,
  INPUT_OPTIONS,
  type InputArguments,
  lastWins,
  OUTPUT_OPTION,
  TRACE_OPTIONS,
  withFiles,
} from '../options.ts';

const RENDER_OPTIONS = {
  reverse: { type: 'boolean', describe: 'merge from the leaves: who called this?' },
  base: { type: 'array', string: true, requiresArg: true, describe: 'keep only stacks with this function, from it on' },
  nameattr: { type: 'string', requiresArg: true, describe: 'file of attributes by function: NAME<TAB>href=URL<TAB>title=TEXT' },
  cp: { type: 'boolean', describe: 'keep colours over several pictures in ./palette.map' },
} as const;

type Arguments = InputArguments &
  CollapseArguments &
  FlameGraphOptions & { output?: string; reverse?: boolean; base?: string[]; nameattr?: string; cp?: boolean };

export const renderCommand: CommandModule<object, Arguments> = {
  command: 'render [file..]',
  describe: 'any input (folded stacks too) → SVG flame graph',
  builder: (yargs) =>
    withFiles(yargs)
      .options(
        lastWins({
          ...OUTPUT_OPTION,
          ...COLLAPSE_OPTIONS,
          ...INPUT_OPTIONS,
          ...TRACE_OPTIONS,
          ...RENDER_OPTIONS,
          ...flameGraphOptions(),
        }),
      )
      .example('$0 render dump.txt -o flame.svg', 'a goroutine dump, coloured by whose code it is')
      .example('$0 render race.log -o race.svg', 'the two sides of each race in two colours')
      .example('$0 render --group-by state --colors state dump.txt -o states.svg', 'what the goroutines wait for')
      .example('$0 render --weight sync trace.out -o blocked.svg', 'an execution trace: where goroutines waited for each other')
      .example(
        'go tool pprof -raw cpu.pb.gz | stackcollapse-go.pl | $0 render -o cpu.svg',
        'folded stacks of other tools',
      ) as never,
  handler: (args) => planAction(() => runRender(args)),
};

async function runRender(args: Arguments): Promise<number> {
  checkOutput(args.output);
  const { renderFlameGraph } = await import('../rendering.ts');
  return (await renderFlameGraph(args)) ?? EXIT.input;
}

function checkOutput(output: string | undefined): void {
  if (output === undefined && process.stdout.isTTY) {
    throw new UsageError('name a file for the picture with -o FILE.svg (or -o - to have the SVG in this terminal)');
  }
  if (output !== undefined && /\.html?$/i.test(output)) {
    throw new UsageError('this version draws SVG only: use -o FILE.svg (it is interactive in a browser)');
  }
}
