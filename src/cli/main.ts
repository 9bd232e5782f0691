/** The program's entry. What needs no command line parser is answered before one is loaded. */

import { VERSION } from '../version.ts';
import { describeError, EXIT } from './exit.ts';
import { exactArguments } from './filenames.ts';
import { endAtInterrupt } from './interrupts.ts';
import { guardStreams, note, print, stdoutFailure } from './streams.ts';

/** The command line's result, or what it threw, as an exit code. */
async function run(args: readonly string[]): Promise<number> {
  try {
    if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
      await print(`${VERSION}\n`);
      return EXIT.done;
    }
    const { runCommandLine } = await import('./commandline.ts');
    const code = await runCommandLine(args);
    const failure = stdoutFailure();
    if (failure !== null) throw failure;
    return code;
  } catch (error) {
    return tell(error);
  }
}

function tell(error: unknown): number {
  const { text, code } = describeError(error);
  note(text);
  return code;
}

let isSettled = false;

guardStreams();
endAtInterrupt();
// A bug of ours is told in a line: Node would print the source, and exit with 1, which means "found".
process.on('uncaughtException', (error) => process.exit(tell(error)));
process.on('unhandledRejection', (error) => process.exit(tell(error)));
process.on('exit', (code) => {
  if (!isSettled && code === 0) process.exitCode = tell(new Error('the work ended without a result'));
});
run(exactArguments(process.argv.slice(2))).then((code) => {
  isSettled = true;
  process.exitCode = code;
});
