import type { CommandModule } from 'yargs';
import { setExitCode } from '../result.ts';

export const demoCommand: CommandModule = {
  command: 'demo',
  describe: 'draw a real goroutine dump into goflame-demo.svg, in the current folder',
  builder: (yargs) => yargs.example('$0 demo', 'then open goflame-demo.svg in a browser'),
  handler: async () => {
    const { runDemo } = await import('../demo.ts');
    setExitCode(await runDemo());
  },
};
