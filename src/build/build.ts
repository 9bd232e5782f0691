/**
 * Builds dist/: the command line, in chunks so that a command loads its own modules alone, and the library, in one file.
 * Everything is bundled: start-up reads a few files instead of hundreds.
 */

import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { bundledEsbuildPlugin, bundledInputs } from './bundled.ts';
import { gatherLicenses } from './licenses.ts';

/** CommonJS modules inside an ES module (yargs has some) find `require` here. */
const BANNER =
  'import{createRequire as __createRequire}from"node:module";import{fileURLToPath as __toPath}from"node:url";' +
  'const require=__createRequire(import.meta.url),__filename=__toPath(import.meta.url);';

/** Everyone but the stand-in itself gets the stand-in. */
const plainWidthPlugin: Plugin = {
  name: 'plain-width',
  setup({ onResolve }) {
    const standIn = path.resolve('src/build/plainwidth.ts');
    onResolve({ filter: /^string-width$/ }, ({ importer }) => (importer === standIn ? undefined : { path: standIn }));
  },
};

const SHARED: BuildOptions = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  banner: { js: BANNER },
  plugins: [bundledEsbuildPlugin(), plainWidthPlugin],
  logLevel: 'warning',
  metafile: true,
};

rmSync('dist', { recursive: true, force: true });
const program = await build({
  ...SHARED,
  entryPoints: {
    cli: 'src/cli/main.ts',
    traceworker: 'src/cli/traceworker.ts',
    programworker: 'src/cli/programworker.ts',
  },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
});
// Readable: what a program built on the library shows in its stack traces.
const library = await build({ ...SHARED, minify: false, entryPoints: { index: 'src/index.ts' }, outdir: 'dist' });
const inputs = [program, library].flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}));
writeFileSync('dist/licenses.txt', gatherLicenses([...inputs, ...bundledInputs]));
