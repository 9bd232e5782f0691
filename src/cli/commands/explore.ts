import type { CommandModule } from 'yargs';
import { STRATEGIES } from '../../model/exploration.ts';
import { planAction } from '../action.ts';
import type { ExploreArguments } from '../exploring.ts';
import { lastWins } from '../options.ts';
import { PROGRAM_OPTIONS } from './emulate.ts';

const OPTIONS = {
  procs: { alias: 'p', type: 'string', default: '1,2,4,8', requiresArg: true, describe: 'GOMAXPROCS, one after the other' },
  schedules: { alias: 'n', type: 'number', default: 250, requiresArg: true, describe: 'schedules for each of them' },
  strategy: {
    choices: STRATEGIES,
    default: 'portfolio',
    requiresArg: true,
    describe:
      'portfolio: faithful, random, pct, pos in turn; faithful: the timed scheduler over seeds; random, pct, pos: sampled; exhaustive: all with few preemptions',
  },
  depth: { type: 'number', default: 2, requiresArg: true, describe: 'depth of PCT; most preemptions of exhaustive' },
  seed: { type: 'number', default: 1, requiresArg: true, describe: 'of all random choices' },
  ...PROGRAM_OPTIONS,
  'max-steps': { type: 'number', default: 100_000, requiresArg: true, describe: 'cut a schedule off after so many steps' },
  replay: { type: 'string', requiresArg: true, describe: 'run one schedule again, as a witness tells it' },
  'fail-on': { type: 'string', requiresArg: true, describe: 'exit with 1 if found: fault, wrong, race, deadlock, left-behind' },
} as const;

export const exploreCommand: CommandModule<object, ExploreArguments> = {
  command: 'explore [scenario]',
  describe: 'many schedules of a program: how often does it show, the smallest witness, its replay',
  builder: (yargs) =>
    yargs
      .positional('scenario', {
        type: 'string',
        describe: 'a name of --list, or a module of your own: ./program.js, whose code runs with your rights',
      })
      .options(lastWins(OPTIONS))
      .example('$0 explore map-race', 'what one P hides: the crash, and not the race')
      .example('$0 explore lost-update --strategy exhaustive', 'all schedules with at most two preemptions')
      .example('$0 explore map-race --strategy pct --depth 2', 'with the bound of PCT beside what was found')
      .example('$0 explore ./my-program.js --fail-on fault,race', 'for CI') as never,
  handler: (args) =>
    planAction(async () => {
      const { runExplore } = await import('../exploring.ts');
      return await runExplore(args);
    }),
};
