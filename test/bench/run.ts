/** `npm run bench [NAME..]`: prints figures, asserts nothing. Peers are named by environment variables, see each bench. */

import * as bursts from './bursts.ts';
import * as dump from './dump.ts';
import * as emulator from './emulator.ts';
import * as linear from './linear.ts';
import * as memory from './memory.ts';
import * as page from './page.ts';
import { report } from './report.ts';
import * as startup from './startup.ts';
import * as svg from './svg.ts';
import * as timeline from './timeline.ts';
import * as trace from './trace.ts';

const BENCHES = { dump, svg, page, trace, timeline, bursts, emulator, memory, linear, startup };

const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length === 0 || wanted.includes(name)) await bench.run(report);
}
