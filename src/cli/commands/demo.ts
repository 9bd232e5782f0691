import type { CommandModule } from 'yargs';
import { planAction } from '../action.ts';

export const demoCommand: CommandModule = {
  command: 'demo',
  describe: 'emulate maps that grow on four Ps: timelines and a flame graph in the current folder',
  builder: (yargs) => yargs.example('$0 demo', 'then open goflame-demo-classic.svg and goflame-demo-swiss.svg in a browser'),
  handler: () =>
    planAction(async () => {
      const { runDemo } = await import('../demo.ts');
      return await runDemo();
    }),
};
