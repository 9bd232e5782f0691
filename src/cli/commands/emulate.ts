import type { CommandModule } from 'yargs';
import { planAction } from '../action.ts';
import type { EmulateArguments } from '../emulating.ts';
import { lastWins } from '../options.ts';

const file = { type: 'string', requiresArg: true, group: 'What the run leaves behind:' } as const;

/** What a run is like: the same for emulate and explore. */
export const PROGRAM_OPTIONS = {
  set: { type: 'array', string: true, requiresArg: true, describe: 'a parameter of the program: --set writers=8' },
  go: {
    type: 'string',
    default: '1.26',
    requiresArg: true,
    describe: 'the release whose rules and words are followed: 1.19 to 1.27',
  },
  costs: { type: 'string', requiresArg: true, describe: 'JSON file with costs in nanoseconds, by name' },
  list: { type: 'boolean', describe: 'list the programs; with one named, its parameters' },
  json: { type: 'boolean', describe: 'what happened as one JSON document' },
} as const;

const OPTIONS = {
  procs: { alias: 'p', type: 'number', default: 4, requiresArg: true, describe: 'GOMAXPROCS' },
  seed: { type: 'number', default: 1, requiresArg: true, describe: 'of all random choices: same seed, same bytes' },
  ...PROGRAM_OPTIONS,
  gogc: { type: 'string', default: '100', requiresArg: true, describe: 'GOGC: per cent, or off' },
  jitter: { type: 'number', default: 5, requiresArg: true, describe: 'per cent by which work varies at random' },
  spread: {
    type: 'number',
    default: 0,
    requiresArg: true,
    describe: 'by how much times differ: 0 hardly, 1 as measured on a real machine (explore takes 1)',
  },
  'max-time': { type: 'string', default: '60s', requiresArg: true, describe: 'give up after so much model time' },
  'max-events': { type: 'number', default: 200_000_000, requiresArg: true, describe: 'give up after so many events' },
  'check-determinism': { type: 'boolean', describe: 'run twice and compare every byte' },
  'fail-on': { type: 'string', requiresArg: true, describe: 'exit with 1 if found: fault, deadlock, race, wrong' },
  trace: { ...file, describe: 'execution trace, for goflame analyze and go tool trace' },
  'trace-format': {
    choices: ['1.22', '1.23', '1.25', '1.26'],
    default: '1.22',
    requiresArg: true,
    describe: 'its format: 1.22 is opened by every go tool trace since',
    group: 'What the run leaves behind:',
  },
  'cpu-rate': {
    type: 'number',
    default: 10_000,
    requiresArg: true,
    describe: 'CPU samples in a second of CPU (Go takes 100), 0 for none',
    group: 'What the run leaves behind:',
  },
  dump: { ...file, describe: 'goroutine dump of its end: the crash, if it died' },
  race: { ...file, describe: 'reports of the race detector' },
  schedtrace: { ...file, describe: 'lines of GODEBUG=schedtrace' },
  'schedtrace-period': { ...file, default: '1ms', describe: 'model time between two of them' },
} as const;

export const emulateCommand: CommandModule<object, EmulateArguments> = {
  command: 'emulate [scenario]',
  describe: 'run a program on a model of Go’s scheduler and maps; write its trace, dump, races',
  builder: (yargs) =>
    yargs
      .positional('scenario', {
        type: 'string',
        describe: 'a name of --list, or a module of your own: ./program.js, whose code runs with your rights',
      })
      .options(lastWins(OPTIONS))
      .example('$0 emulate --list', 'the programs there are')
      .example('$0 emulate map-growth --trace growth.trace', 'then: goflame analyze growth.trace')
      .example('$0 emulate map-growth --go 1.23 --set mode=locked', 'classic maps, one map under a mutex')
      .example('$0 emulate map-race --procs 4 --dump crash.txt --race race.txt', 'fatal error: concurrent map writes')
      .example('$0 emulate ./my-program.js --check-determinism', 'a program of your own') as never,
  handler: (args) =>
    planAction(async () => {
      const { runEmulate } = await import('../emulating.ts');
      return await runEmulate(args);
    }),
};
