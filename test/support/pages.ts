/** Pages in a real browser: files that are opened, and what went wrong in them. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromiumPath } from './chromium.ts';

const ARTIFACTS = path.resolve(import.meta.dirname, '../artifacts');
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export interface Opened {
  readonly page: Page;
  /** Errors of scripts, and what the console or the page's policy complains of. */
  readonly errors: readonly string[];
  /** Addresses asked for, but for the page's own. */
  readonly requests: readonly string[];
}

/** One finding of axe-core that is serious or critical. */
export interface Finding {
  readonly id: string;
  readonly help: string;
  readonly targets: readonly string[];
}

export class Pages {
  private browser: Browser | null = null;
  private folder = '';

  async start(): Promise<void> {
    this.browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
    this.folder = mkdtempSync(path.join(tmpdir(), 'goflame-pages-'));
    mkdirSync(ARTIFACTS, { recursive: true });
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes a page and opens it from disk. */
  async open(html: string, hash = '', options: BrowserContextOptions = {}): Promise<Opened> {
    const file = path.join(this.folder, 'page.html');
    writeFileSync(file, html);
    const context = await (this.browser as Browser).newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    const errors: string[] = [];
    const requests: string[] = [];
    const address = pathToFileURL(file).href;
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(address)) requests.push(request.url());
    });
    await page.goto(address + hash);
    return { page, errors, requests };
  }

  async close({ page }: Opened): Promise<void> {
    await page.context().close();
  }

  /** Keeps a picture among the artifacts. */
  async shoot(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`) });
  }

  /** What axe-core finds to be serious or worse. */
  async audit(page: Page): Promise<Finding[]> {
    await page.evaluate(readFileSync(AXE, 'utf8'));
    return await page.evaluate(async () => {
      interface Violation {
        id: string;
        impact: string;
        help: string;
        nodes: { target: string[] }[];
      }
      const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
      const { violations } = await axe.run();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, help, nodes }) => ({ id, help, targets: nodes.slice(0, 5).map(({ target }) => target.join(' ')) }));
    });
  }
}
