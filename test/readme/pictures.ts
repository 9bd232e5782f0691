/**
 * `npm run pictures`: the README's pictures of the page, taken of the built program's output in Chromium from captures
 * that are in test/fixtures. They depend on the machine's fonts, so no test compares them.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../support/chromium.ts';

interface Picture {
  readonly name: string;
  /** Arguments of goflame, without `-o`. */
  readonly args: readonly string[];
  readonly hash: string;
  readonly height: number;
  readonly prepare?: (page: Page) => Promise<void>;
}

const FIXTURES = 'test/fixtures';
const OUT = 'test/goldens/readme';
const DIFF = ['diff', '-q', `${FIXTURES}/goroutines/ferry-before-go1.26.txt`, `${FIXTURES}/goroutines/ferry-after-go1.26.txt`];
const openRow = (page: Page) => page.locator('.opener').first().click();

const PICTURES: readonly Picture[] = [
  {
    name: 'page',
    args: ['report', `${FIXTURES}/goroutines/storm-quit-go1.22.txt.gz`],
    hash: '#s=i:Mutex',
    height: 590,
    prepare: (page) => page.mouse.move(820, 346),
  },
  {
    name: 'page-around',
    args: ['report', `${FIXTURES}/goroutines/shop-go1.26.txt`],
    hash: '#around=main.handle.func1',
    height: 500,
  },
  { name: 'page-functions', args: ['report', `${FIXTURES}/goroutines/shop-go1.26.txt`], hash: '#view=1', height: 460 },
  {
    name: 'page-races',
    args: ['report', `${FIXTURES}/race/pallets-map-go1.26.txt`],
    hash: '#view=2',
    height: 480,
    prepare: openRow,
  },
  {
    name: 'page-timeline',
    args: ['report', '-q', `${FIXTURES}/gotrace/mapgrow-1.26.trace.gz`],
    hash: '',
    height: 700,
    prepare: async (page) => {
      for (let i = 0; i < 11; i++) await page.keyboard.press(']');
    },
  },
  { name: 'page-difference', args: DIFF, hash: '', height: 470 },
  { name: 'page-goroutines', args: DIFF, hash: '#view=2', height: 470, prepare: openRow },
];

const folder = mkdtempSync(path.join(tmpdir(), 'goflame-pictures-'));
const browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
try {
  for (const { name, args, hash, height, prepare } of PICTURES) {
    const file = path.join(folder, `${name}.html`);
    execFileSync(process.execPath, ['bin/goflame.js', ...args, '-o', file]);
    const page = await browser.newPage({ viewport: { width: 1200, height } });
    await page.goto(pathToFileURL(file).href + hash);
    await page.waitForSelector('[data-live] .panel > *');
    await prepare?.(page);
    await page.screenshot({ path: `${OUT}/${name}.png` });
    await page.close();
    console.log(`${OUT}/${name}.png`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
