/** The work of `goflame demo`: a dump that a real server left behind, told and drawn. */

import { fileURLToPath } from 'node:url';
import { inspectInputs } from './inspecting.ts';
import { renderFlameGraph } from './rendering.ts';

const PICTURE = 'goflame-demo.svg';
/** From here as from the built program's chunks. */
const DUMP = '../../templates/demo/goroutines.txt.gz';

export async function runDemo(): Promise<number> {
  const file = [fileURLToPath(new URL(DUMP, import.meta.url))];
  const code = await inspectInputs({ file, top: 4, depth: 5, quiet: true } as Parameters<typeof inspectInputs>[0]);
  if (code !== 0) return code ?? 3;
  const args = { file, output: PICTURE, title: 'Goroutines of a server', weight: 'count', 'group-by': 'reason', quiet: true };
  await renderFlameGraph(args as unknown as Parameters<typeof renderFlameGraph>[0]);
  process.stdout.write(`\n${PICTURE} holds the picture: open it in a browser, click into it, press / to search.\n`);
  return 0;
}
