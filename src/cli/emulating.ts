/** The work of `goflame emulate` on the command line. */

import { UsageError } from '../base/errors.ts';
import type { RunSummary } from '../model/emulation.ts';
import { writeEmulateJson } from '../render/emulatejson.ts';
import { writeEmulateText } from '../render/emulatetext.ts';
import { wrapPieces } from '../render/textblocks.ts';
import type { EmulateArguments } from './emulatework.ts';
import { EXIT } from './exit.ts';
import { writeOutput, writeOutputs } from './outputs.ts';
import { listPrograms } from './programs.ts';
import { runEmulation } from './programthread.ts';
import { note, printText } from './streams.ts';
import { colorsFor, outputColumns } from './terminal.ts';

export type { EmulateArguments } from './emulatework.ts';

const SHOWN_GROWTHS = 5;
const FAILURES = ['fault', 'deadlock', 'race', 'wrong'] as const;
type Failure = (typeof FAILURES)[number];

export async function runEmulate(args: EmulateArguments): Promise<number> {
  if (args.list) {
    await printText(listPrograms(args.scenario));
    return EXIT.done;
  }
  const failures = parseFailures(args['fail-on']);
  const { summary, artifacts, sum } = await runEmulation(args);
  if (sum !== null) note(`two runs are equal: sha256 ${sum}\n`);
  await writeOutputs([...artifacts].map(([name, pieces]) => ({ pieces, output: args[name] })));
  await writeOutput(
    args.json
      ? [writeEmulateJson(summary)]
      : wrapPieces(writeEmulateText(summary, { paint: colorsFor(process.stdout), top: SHOWN_GROWTHS }), outputColumns()),
    undefined,
  );
  return failures.some((failure) => isFound(failure, summary)) ? EXIT.found : EXIT.done;
}

function parseFailures(text: string | undefined): Failure[] {
  if (text === undefined) return [];
  return text.split(',').map((word) => {
    const failure = FAILURES.find((one) => one === word.trim());
    if (failure === undefined) throw new UsageError(`--fail-on ${word}: expected one of ${FAILURES.join(', ')}`);
    return failure;
  });
}

function isFound(failure: Failure, { ending, races, findings }: RunSummary): boolean {
  if (failure === 'race') return (races ?? 0) > 0;
  return failure === 'wrong' ? findings.length > 0 : ending === failure;
}
