/** The folders' order: which may import which. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Folder → folders that it may import, beside itself. One format never imports another: see below. */
const ALLOWED: Record<string, readonly string[]> = {
  base: [],
  model: ['base'],
  formats: ['base', 'model'],
  analysis: ['base', 'model'],
  emulator: ['base', 'model'],
  render: ['base', 'model', 'templates'],
  index: ['base', 'model', 'formats', 'analysis', 'emulator', 'render', 'version'],
  cli: ['base', 'model', 'formats', 'analysis', 'emulator', 'render', 'version'],
  build: [],
  version: [],
  templates: ['base', 'model', 'render'],
};

interface Edge {
  readonly from: string;
  readonly to: string;
}

function sourceFiles(): string[] {
  return ['src', 'templates']
    .flatMap((top) =>
      readdirSync(path.join(ROOT, top), { recursive: true, encoding: 'utf8' }).map((file) => path.join(top, file)),
    )
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
}

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, to]) =>
    path.normalize(path.join(path.dirname(file), to.replace(/\?bundled$/, ''))),
  );
}

const edges: Edge[] = sourceFiles().flatMap((from) => importsOf(from).map((to) => ({ from, to })));

function layerOf(file: string): string {
  const [top, second] = file.split(path.sep);
  return top === 'templates' ? top : second.replace(/\.ts$/, '');
}

describe('layers', () => {
  it('are all named', () => expect(new Set(sourceFiles().map(layerOf))).toEqual(new Set(Object.keys(ALLOWED))));

  it('import downwards only', () => {
    const wrong = edges.filter(({ from, to }) => layerOf(from) !== layerOf(to) && !ALLOWED[layerOf(from)].includes(layerOf(to)));
    expect(wrong).toEqual([]);
  });

  it('one format does not import another', () => {
    const FORMATS = ['goroutines', 'race'];
    const formatOf = (file: string) => FORMATS.find((format) => file.includes(`formats${path.sep}${format}${path.sep}`));
    const wrong = edges.filter(
      ({ from, to }) => formatOf(from) !== undefined && formatOf(to) !== undefined && formatOf(from) !== formatOf(to),
    );
    expect(wrong).toEqual([]);
  });

  it('have no circles', () => {
    const graph = new Map<string, string[]>();
    for (const { from, to } of edges) graph.set(from, [...(graph.get(from) ?? []), to]);
    const done = new Set<string>();
    const visit = (file: string, path_: readonly string[]): void => {
      if (path_.includes(file)) throw new Error(`a circle: ${[...path_.slice(path_.indexOf(file)), file].join(' → ')}`);
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path_, file]);
      done.add(file);
    };
    for (const file of graph.keys()) visit(file, []);
  });

  it('touch the world in cli alone', () => {
    const worldly = /\bprocess\.|\bconsole\.|from 'node:(?:fs|child_process|os|http|net)/;
    const touching = sourceFiles().filter(
      (file) => !/^src.(?:cli|build)/.test(file) && worldly.test(readFileSync(path.join(ROOT, file), 'utf8')),
    );
    expect(touching).toEqual([]);
  });
});
