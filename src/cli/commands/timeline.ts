import type { CommandModule, Options } from 'yargs';
import { UsageError } from '../../base/errors.ts';
import { planAction } from '../action.ts';
import { EXIT } from '../exit.ts';
import { lastWins, OUTPUT_OPTION, TRACE_OPTIONS, withFiles } from '../options.ts';
import type { TimelineArguments } from '../timelining.ts';

const TIMELINE_OPTIONS = {
  width: { type: 'number', requiresArg: true, describe: 'width in pixels', default: 1200 },
  top: { type: 'number', requiresArg: true, describe: 'hotspots that are marked and listed', default: 10 },
  'min-duration': { type: 'string', requiresArg: true, describe: 'leave out shorter hotspots, as 100us' },
  title: { type: 'string', requiresArg: true, describe: 'title of the picture' },
  javascript: { type: 'boolean', default: true, describe: 'zoom and tooltips in a browser (--no-javascript: a still picture)' },
  strict: { type: 'boolean', describe: 'refuse damaged input: exit with 3' },
  quiet: { alias: 'q', type: 'boolean', describe: 'no problems and no progress on stderr' },
} as const satisfies Record<string, Options>;

export const timelineCommand: CommandModule<object, TimelineArguments> = {
  command: 'timeline [file..]',
  describe: 'an execution trace → SVG of what every P did, with the hotspots marked',
  builder: (yargs) =>
    withFiles(yargs)
      .options(lastWins({ ...OUTPUT_OPTION, ...TRACE_OPTIONS, ...TIMELINE_OPTIONS }))
      .example('$0 timeline trace.out -o p.svg', 'which operation held which P while others starved?')
      .example('$0 timeline trace.out --from 1.2s --to 1.3s -o p.svg', 'a closer look: fewer spans, drawn exactly')
      .example('$0 timeline trace.out --entry worker --min-duration 1ms -o p.svg', 'only the hotspots of these goroutines')
      .example('curl -s HOST/debug/pprof/trace?seconds=2 | $0 timeline -o p.svg', 'straight from a server') as never,
  handler: (args) => planAction(() => runTimeline(args)),
};

async function runTimeline(args: TimelineArguments): Promise<number> {
  checkOutput(args.output);
  const { drawTimeline } = await import('../timelining.ts');
  return (await drawTimeline(args)) ?? EXIT.input;
}

function checkOutput(output: string | undefined): void {
  if (output === undefined && process.stdout.isTTY)
    throw new UsageError('name a file for the picture with -o FILE.svg (or -o - to have the SVG in this terminal)');
  if (output !== undefined && /\.html?$/i.test(output))
    throw new UsageError('a timeline is an SVG: use -o FILE.svg (it is interactive in a browser)');
}
