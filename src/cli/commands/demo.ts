import type { CommandModule } from 'yargs';
import { planAction } from '../action.ts';

export const demoCommand: CommandModule = {
  command: 'demo',
  describe: 'draw a real goroutine dump into goflame-demo.svg, in the current folder',
  builder: (yargs) => yargs.example('$0 demo', 'then open goflame-demo.svg in a browser'),
  handler: () =>
    planAction(async () => {
      const { runDemo } = await import('../demo.ts');
      return await runDemo();
    }),
};
