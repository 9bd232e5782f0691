/**
 * The interactive page in Chromium: how long until it shows, zooms, searches and resets, and how much memory it holds.
 * Peers in the same browser: d3-flame-graph given every frame, and speedscope, whose folder SPEEDSCOPE names
 * (`dist/release` of the npm package).
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../support/chromium.ts';
import { generateFolded } from '../support/generate.ts';
import { median, megabytes, type Report } from './report.ts';

/** Stacks that make about as many nodes of a tree. */
const SIZES = [
  { nodes: 1000, stacks: 60 },
  { nodes: 10_000, stacks: 780 },
  { nodes: 100_000, stacks: 9700 },
];
const RUNS = 5;

interface Figures {
  readonly initial: number;
  readonly zoom: number;
  readonly search: number;
  readonly reset: number;
  readonly heap: number;
}

export async function run(report: Report): Promise<void> {
  if (chromiumPath === undefined) {
    report.missing('Chromium', 'install it, or name it in CHROMIUM');
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'goflame-bench-'));
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--enable-precise-memory-info'] });
  try {
    for (const { nodes, stacks } of SIZES) {
      const input = path.join(folder, `${nodes}.folded`);
      writeFileSync(input, generateFolded(stacks));
      const page = path.join(folder, `${nodes}.html`);
      execFileSync(process.execPath, ['bin/goflame.js', 'report', '-q', input, '-o', page]);
      report.title(`The page of about ${nodes} nodes: ${megabytes(statSync(page).size)}`);
      tell(report, 'goflame', await measure(browser, page, OURS));
      const given = path.join(folder, `${nodes}.d3.html`);
      writeFileSync(given, everythingPage(generateFolded(stacks)));
      tell(report, 'd3-flame-graph, given all', await measure(browser, given, ENGINE, nodes > 50_000 ? 1 : 3));
      await speedscope(report, browser, input);
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function tell(report: Report, who: string, figures: readonly Figures[]): void {
  const of = (key: keyof Figures) => median(figures.map((one) => one[key])).toFixed(key === 'heap' ? 1 : 0);
  report.line(
    who,
    `initial ${of('initial')} ms, zoom ${of('zoom')}, search ${of('search')}, reset ${of('reset')}, heap ${of('heap')} MB`,
  );
}

/** How a page is used: what shows that it is there, and what is done; every step ends with the next frame. */
interface Use {
  readonly ready: string;
  readonly zoom: string;
  readonly search: string;
  readonly reset: string;
}

const CLICK = `(i) => document.querySelectorAll('svg g')[i].querySelector('rect').dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))`;
const OURS: Use = {
  ready: '.chart g',
  zoom: `(${CLICK})(2)`,
  search: `(() => { const i = document.querySelector('.flame input'); i.value = 'part7'; i.dispatchEvent(new Event('input')); })()`,
  reset: `document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true }))`,
};
const ENGINE: Use = { ready: 'svg g', zoom: `(${CLICK})(2)`, search: `chart.search('part7')`, reset: 'chart.resetZoom()' };

async function measure(browser: Browser, file: string, use: Use, runs = RUNS): Promise<Figures[]> {
  const figures: Figures[] = [];
  for (let i = 0; i < runs; i++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(120_000);
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector(use.ready);
    const initial = await timed(page, '0', true);
    const zoom = await timed(page, use.zoom);
    const search = await timed(page, use.search);
    const reset = await timed(page, use.reset);
    const heap = (await page.evaluate('performance.memory.usedJSHeapSize')) as number;
    figures.push({ initial, zoom, search, reset, heap: heap / 1e6 });
    await page.close();
  }
  return figures;
}

/** Milliseconds of a step until the frame after it is drawn; `whole`: since the page was asked for. */
async function timed(page: Page, step: string, whole = false): Promise<number> {
  return (await page.evaluate(
    `new Promise((done) => { const began = ${whole ? 0 : 'performance.now()'}; ${step};
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - began))); })`,
  )) as number;
}

/** A page that gives d3-flame-graph every frame, as its own example does. */
function everythingPage(folded: string): string {
  const script = `
    import flamegraph from 'd3-flame-graph';
    import { select } from 'd3-selection';
    const chart = flamegraph().width(1240).transitionDuration(0);
    select('#chart').datum(window.data).call(chart);
    window.chart = chart;`;
  const { outputFiles } = buildSync({
    stdin: { contents: script, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    format: 'iife',
    loader: { '.css': 'empty' },
    write: false,
  });
  const data = JSON.stringify(nest(folded)).replace(/</g, '\\u003c');
  return `<!DOCTYPE html><meta charset="utf-8"><div id="chart"></div><script>window.data=${data}</script><script>${outputFiles[0].text.replace(/<\//g, '<\\/')}</script>`;
}

interface Nested {
  readonly name: string;
  value: number;
  children: Nested[];
}

function nest(folded: string): Nested {
  const root: Nested = { name: 'all', value: 0, children: [] };
  const known = new Map<string, Nested>();
  for (const line of folded.trimEnd().split('\n')) {
    const space = line.lastIndexOf(' ');
    const weight = Number(line.slice(space + 1));
    let at = root;
    let path_ = '';
    root.value += weight;
    for (const name of line.slice(0, space).split(';')) {
      path_ += `;${name}`;
      let next = known.get(path_);
      if (next === undefined) {
        next = { name, value: 0, children: [] };
        known.set(path_, next);
        at.children.push(next);
      }
      next.value += weight;
      at = next;
    }
  }
  return root;
}

async function speedscope(report: Report, browser: Browser, input: string): Promise<void> {
  const release = process.env.SPEEDSCOPE;
  if (release === undefined || !existsSync(path.join(release, 'index.html'))) {
    report.missing('speedscope', 'set SPEEDSCOPE to dist/release of the npm package');
    return;
  }
  const loader = `${input}.js`;
  const text = readFileSync(input).toString('base64');
  writeFileSync(loader, `speedscope.loadFileFromBase64(${JSON.stringify(path.basename(input))}, ${JSON.stringify(text)})`);
  const address = `${pathToFileURL(path.join(release, 'index.html')).href}#localProfilePath=${pathToFileURL(loader).pathname}`;
  const times: number[] = [];
  const heaps: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(address);
    await page.waitForSelector('canvas');
    times.push(await timed(page, '0', true));
    heaps.push(((await page.evaluate('performance.memory.usedJSHeapSize')) as number) / 1e6);
    await page.close();
  }
  report.line('speedscope', `initial ${median(times).toFixed(0)} ms, heap ${median(heaps).toFixed(1)} MB`);
}
