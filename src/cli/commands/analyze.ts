import type { CommandModule } from 'yargs';
import { planAction } from '../action.ts';
import type { AnalyzeArguments } from '../analyzing.ts';
import { EXIT } from '../exit.ts';
import { INPUT_OPTIONS, lastWins, OUTPUT_OPTION, TRACE_OPTIONS, withFiles } from '../options.ts';

const OPTIONS = {
  json: { type: 'boolean', describe: 'everything as one JSON document for each trace (goflame/analyze/1)' },
  top: { type: 'number', default: 10, requiresArg: true, describe: 'hotspots and groups shown' },
  kind: { type: 'string', requiresArg: true, describe: 'only hotspots of this kind, as "map growth"' },
  'min-duration': { type: 'string', requiresArg: true, describe: 'leave out shorter hotspots, as 1ms' },
  'fail-on': {
    type: 'string',
    requiresArg: true,
    describe: 'exit with 1 if a limit is passed: p99-latency>10ms, max-map-growth>5ms, gc>25%, …',
  },
  strict: INPUT_OPTIONS.strict,
  quiet: INPUT_OPTIONS.quiet,
} as const;

export const analyzeCommand: CommandModule<object, AnalyzeArguments> = {
  command: 'analyze [file..]',
  describe: 'execution trace → P states, ranked hotspots, scheduler latency, goroutines, GC',
  builder: (yargs) =>
    withFiles(yargs)
      .options(lastWins({ ...OPTIONS, ...TRACE_OPTIONS, ...OUTPUT_OPTION }))
      .example('$0 analyze trace.out', 'which P was held by what, and who waited')
      .example("$0 analyze --kind 'map growth' trace.out", 'the longest growths of maps')
      .example('$0 analyze --from 1.2s --to 1.4s trace.out', 'a part of the trace')
      .example("$0 analyze --fail-on 'p99-latency>10ms' trace.out", 'for CI')
      .example('curl -s localhost:6060/debug/pprof/trace?seconds=2 | $0 analyze', 'from a running program') as never,
  handler: (args) =>
    planAction(async () => {
      const { analyzeTraces } = await import('../analyzing.ts');
      return (await analyzeTraces(args)) ?? EXIT.input;
    }),
};
