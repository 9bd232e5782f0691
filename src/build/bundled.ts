/**
 * Imports that end in `?bundled`: the module and all that it imports, as one minified script (or style sheet) in a string. One plugin
 * for the build (esbuild), one for the tests (Vite), so that both see the same text.
 */

import path from 'node:path';
import { buildSync, type Plugin } from 'esbuild';
import { noticeComment } from './licenses.ts';

const SUFFIX = '?bundled';
/** How Vite is shown what was resolved: an id that it does not take for a style sheet. */
const MARK = '!bundled';

/** Oldest language of the browsers that the pictures are made for. */
const TARGET = 'es2020';

/** d3-flame-graph imports a style sheet that the page has no use for, and movements that it does without. */
const SCRIPT_OPTIONS = {
  format: 'iife',
  loader: { '.css': 'empty' },
  alias: { 'd3-transition': path.resolve('templates/report/stillselection.ts') },
} as const;

/** Files that have gone into scripts and style sheets so far. */
export const bundledInputs = new Set<string>();

/** The text of a script, or of a style sheet, with all that it imports, behind the notices of other people's code in it. */
export function bundleScript(file: string): string {
  const { outputFiles, metafile } = buildSync({
    metafile: true,
    entryPoints: [file],
    bundle: true,
    minify: true,
    target: TARGET,
    legalComments: 'none',
    write: false,
    ...(file.endsWith('.css') ? {} : SCRIPT_OPTIONS),
  });
  const inputs = Object.keys(metafile?.inputs ?? {});
  for (const input of inputs) bundledInputs.add(input);
  return noticeComment(inputs) + outputFiles[0].text.trim();
}

export function bundledEsbuildPlugin(): Plugin {
  return {
    name: 'bundled',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\?bundled$/ }, ({ path: wanted, resolveDir }) => ({
        path: path.resolve(resolveDir, wanted.slice(0, -SUFFIX.length)),
        namespace: 'bundled',
      }));
      onLoad({ filter: /.*/, namespace: 'bundled' }, ({ path: file }) => ({ contents: bundleScript(file), loader: 'text' }));
    },
  };
}

/** The part of Vite's plugin interface that is used. */
export function bundledVitePlugin() {
  return {
    name: 'bundled',
    enforce: 'pre' as const,
    resolveId(wanted: string, importer: string | undefined): string | null {
      if (!wanted.endsWith(SUFFIX) || importer === undefined) return null;
      return `\0${path.resolve(path.dirname(importer), wanted.slice(0, -SUFFIX.length))}${MARK}`;
    },
    load(id: string): string | null {
      if (!id.startsWith('\0') || !id.endsWith(MARK)) return null;
      return `export default ${JSON.stringify(bundleScript(id.slice(1, -MARK.length)))};`;
    },
  };
}
