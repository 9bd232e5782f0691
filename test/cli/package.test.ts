/** What is installed: the packed files, the first file that runs, notices of other people's code. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, runGoflame } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'goflame-package-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function node(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

describe('the package', () => {
  it('has what runs, and no sources', () => {
    const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8' });
    const parsed = JSON.parse(stdout);
    const [{ files }] = Array.isArray(parsed) ? parsed : (Object.values(parsed) as (typeof parsed)[]);
    const names: string[] = files.map((file: { path: string }) => file.path);
    for (const name of [
      'bin/goflame.js',
      'dist/cli.js',
      'dist/traceworker.js',
      'dist/index.js',
      'dist/types/index.d.ts',
      'dist/licenses.txt',
      'LICENSE',
      'README.md',
    ])
      expect(names).toContain(name);
    expect(names.filter((name) => /^(?:src|templates|test)\/|(?<!\.d)\.ts$/.test(name))).toEqual([]);
  });

  it('says in one line that Node is too old', () => {
    const bin = path.join(ROOT, 'bin/goflame.js');
    for (const [version, code] of [
      ['18.20.8', 2],
      ['20.18.3', 2],
      [process.versions.node, 0],
    ] as const) {
      const script = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); process.argv.splice(1, 0, '${bin}', '--version'); import('${bin}');`;
      const result = node('-e', script);
      expect(result.code).toBe(code);
      if (code === 2) expect(result.err).toBe(`goflame: Node ${version} is too old: 20.19 or newer is needed\n`);
    }
  });

  it('says in one line that it is not built', () => {
    mkdirSync(path.join(folder, 'bin'));
    cpSync(path.join(ROOT, 'bin/goflame.js'), path.join(folder, 'bin/goflame.js'));
    cpSync(path.join(ROOT, 'package.json'), path.join(folder, 'package.json'));
    const { code, err } = node(path.join(folder, 'bin/goflame.js'), '--version');
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/^goflame: the program is not built: run [^\n]+\n$/) });
  });

  it('installs without its build tools, and says so', () => {
    mkdirSync(path.join(folder, 'src/build'), { recursive: true });
    cpSync(path.join(ROOT, 'src/build/prepare.js'), path.join(folder, 'src/build/prepare.js'));
    const { code, err } = node(path.join(folder, 'src/build/prepare.js'));
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(/^goflame is installed without its build tools[^\n]+\n$/),
    });
  });

  it('carries the notices of the code within its pages, and none where all is its own', () => {
    const dump = path.join(FIXTURES, 'goroutines/shop-go1.26.txt');
    const page = runGoflame(['report', dump]).out;
    expect(page).toMatch(/\/\*! This script contains code of the following packages\./);
    expect(page).toMatch(/d3-flame-graph \d[\s\S]*Apache License, Version 2\.0/);
    expect(page).toMatch(/d3-selection \d[\s\S]*Mike Bostock[\s\S]*Permission to use, copy, modify/);
    expect(runGoflame(['render', dump]).out).not.toContain('This script contains');
    const licenses = readFileSync(path.join(ROOT, 'dist/licenses.txt'), 'utf8');
    for (const name of ['yargs', 'd3-flame-graph', 'd3-selection', 'picocolors'])
      expect(licenses).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });
});
