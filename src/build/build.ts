/**
 * Builds dist/: the command line and the library as bundles that share their chunks. Everything is bundled: start-up
 * reads a few files instead of hundreds, and a command loads its own modules alone.
 */

import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { bundledEsbuildPlugin } from './bundled.ts';

/** CommonJS modules inside an ES module (yargs has some) find `require` here. */
const BANNER =
  'import{createRequire as __createRequire}from"node:module";import{fileURLToPath as __toPath}from"node:url";' +
  'const require=__createRequire(import.meta.url),__filename=__toPath(import.meta.url);';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  minifyWhitespace: true,
  minifySyntax: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  banner: { js: BANNER },
  plugins: [bundledEsbuildPlugin()],
  logLevel: 'warning',
});
