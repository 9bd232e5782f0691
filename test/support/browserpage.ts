/** A page of a real browser for each test of a group, which fails when the page reports an error. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { chromiumPath } from './chromium.ts';

export interface BrowserPage {
  /** The present test's page. */
  readonly page: Page;
  /** A folder of the group's own, for the files that its pages show. */
  readonly folder: string;
}

/** Must be called within a group of tests, which runs only where there is a browser. Sizes are in pixels. */
export function useBrowserPage(width: number, height: number): BrowserPage {
  let browser: Browser | undefined;
  let page: Page | undefined;
  let folder = '';
  let errors: string[] = [];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
    folder = mkdtempSync(path.join(tmpdir(), 'goflame-browser-'));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    page = await (browser as Browser).newPage({ viewport: { width, height } });
    errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
  });
  afterEach(async () => {
    await page?.close();
    expect(errors).toEqual([]);
  });
  return {
    get page() {
      return page as Page;
    },
    get folder() {
      return folder;
    },
  };
}
