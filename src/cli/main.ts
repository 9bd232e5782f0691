/** The program's entry. What needs no command line parser is answered before one is loaded. */

import { VERSION } from '../version.ts';

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${VERSION}\n`);
} else {
  const { runCommandLine } = await import('./commandline.ts');
  process.exitCode = await runCommandLine(args);
}
