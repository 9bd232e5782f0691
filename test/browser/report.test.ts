/** The interactive page in a real browser, used as somebody would use it. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/chromium.ts';
import { FIXTURES, fixture } from '../support/fixtures.ts';
import { generateFolded } from '../support/generate.ts';
import { type Opened, Pages } from '../support/pages.ts';
import { drawDifference, drawPage, drawTracePage } from '../support/report.ts';

describe.runIf(chromiumPath !== undefined)('the page in Chromium', () => {
  const pages = new Pages();
  let opened: Opened | null = null;
  let page: Page;

  beforeAll(() => pages.start());
  afterAll(() => pages.stop());
  afterEach(async () => {
    if (opened === null) return;
    const { errors, requests } = opened;
    await pages.close(opened);
    opened = null;
    expect({ errors, requests }).toEqual({ errors: [], requests: [] });
  });

  async function open(html: string, hash = '', options: Parameters<Pages['open']>[2] = {}): Promise<void> {
    opened = await pages.open(html, hash, options);
    page = opened.page;
    if (options.javaScriptEnabled !== false) await page.waitForSelector('[data-live] .panel > *');
  }

  const STORM = () => drawPage({ 'storm.txt': fixture('goroutines/storm-quit-go1.22').bytes });
  const SHOP = () => drawPage({ 'shop.txt': fixture('goroutines/shop-go1.26').bytes });
  const RACES = () => drawPage({ 'race.log': fixture('race/pallets-fields-go1.22').bytes });
  const DIFFERENCE = () =>
    drawDifference(fixture('goroutines/conveyor-aged-go1.19').bytes, fixture('goroutines/conveyor-aged-go1.24').bytes);

  const labels = () => page.locator('.pane:visible .d3-flame-graph-label:visible').allTextContents();
  const clickOn = (label: string, options: { modifiers?: ['Alt'] } = {}) =>
    page
      .locator('.chart g', { has: page.locator('.d3-flame-graph-label', { hasText: new RegExp(`^${escapeRegExp(label)}$`) }) })
      .first()
      .click({ position: { x: 6, y: 8 }, ...options });
  const told = async () => (await page.locator('.told').textContent()) ?? '';
  const hash = () => decodeURIComponent(new URL(page.url()).hash);
  const cells = (column: number) => page.locator(`tr.item td:nth-child(${column})`).allTextContents();

  it('fits a phone: nothing goes sideways', async () => {
    const trace = drawTracePage(gunzipSync(readFileSync(path.join(FIXTURES, 'gotrace/mapgrow-1.26.trace.gz'))));
    for (const make of [() => trace, SHOP, RACES, DIFFERENCE]) {
      for (const width of [390, 320]) {
        await open(make(), '', { viewport: { width, height: 800 } });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width} px`).toBeLessThanOrEqual(width);
        await pages.close(opened as Opened);
        opened = null;
      }
    }
  });

  it('prints the whole picture, however narrow the paper is', async () => {
    await open(RACES(), '', { viewport: { width: 700, height: 900 } });
    await page.emulateMedia({ media: 'print' });
    const widths = await page.evaluate(() => {
      const picture = document.querySelector('#static svg') as SVGSVGElement;
      return { right: picture.getBoundingClientRect().right, frames: picture.querySelectorAll('.frames path').length };
    });
    expect(widths.frames).toBeGreaterThan(5);
    expect(widths.right).toBeLessThanOrEqual(700);
  });

  it('is read without effort where a search found something, by day and by night', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await open(SHOP(), '#s=:main', { colorScheme });
      const [text, ground] = await page.evaluate(() => {
        const hit = document.querySelector('.chart .hit') as Element;
        const label = hit.querySelector('.d3-flame-graph-label') as Element;
        return [getComputedStyle(label).color, getComputedStyle(hit.querySelector('rect') as Element).fill];
      });
      expect(contrast(text, ground), colorScheme).toBeGreaterThanOrEqual(4.5);
      await pages.close(opened as Opened);
      opened = null;
    }
  });

  describe('flame view', () => {
    it('zooms by click, says where one is, goes back', async () => {
      await open(STORM());
      const all = await labels();
      await clickOn('main.pack');
      expect(await labels()).toEqual(expect.arrayContaining(['all: 10,007 goroutines', 'main.pack']));
      expect((await labels()).length).toBeLessThan(all.length);
      expect(await page.locator('.crumb').allTextContents()).toEqual(['all', 'runtime.goexit', 'main.main.gowrap2', 'main.pack']);
      expect(hash()).toMatch(/^#at=\d+$/);
      await pages.shoot(page, 'report-zoomed');
      await page.locator('.crumb', { hasText: 'main.main.gowrap2' }).click();
      expect((await page.locator('.crumb').allTextContents()).at(-1)).toBe('main.main.gowrap2');
      await page.goBack();
      expect((await page.locator('.crumb').allTextContents()).at(-1)).toBe('main.pack');
      await page.keyboard.press('Home');
      expect(await labels()).toEqual(all);
    });

    it('opens a link as it was left', async () => {
      await open(STORM());
      await clickOn('main.pack');
      await page.locator('.toggle', { hasText: 'Fold recursion' }).click();
      await page.keyboard.press('/');
      await page.keyboard.type('sema');
      const [shown, address] = [(await labels()).sort(), new URL(page.url()).hash];
      await pages.close(opened as Opened);
      await open(STORM(), address);
      expect((await labels()).sort()).toEqual(shown);
      expect(await page.locator('.toggle[aria-pressed=true]').allTextContents()).toEqual(['Fold recursion']);
      expect(await page.locator('.flame input').inputValue()).toBe('sema');
    });

    it('searches: count and share, next and previous', async () => {
      await open(STORM());
      await page.keyboard.press('/');
      await page.keyboard.type('chanrecv$');
      await expect.poll(() => page.locator('.flame .found').textContent()).toMatch(/^\d+ frames, [\d.]+%$/);
      const hits = await page.locator('.chart .hit').count();
      expect(hits).toBeGreaterThan(3);
      await page.keyboard.press('Enter');
      expect(await told()).toContain('runtime.chanrecv');
      expect(await page.locator('.flame .found').textContent()).toMatch(/^1 of \d+$/);
      await page.keyboard.press('Enter');
      expect(await page.locator('.flame .found').textContent()).toMatch(/^2 of/);
      await page.keyboard.press('Shift+Enter');
      expect(await page.locator('.flame .found').textContent()).toMatch(/^1 of/);
      await pages.shoot(page, 'report-search');
      await page.keyboard.press('Control+A');
      await page.keyboard.type('(');
      expect(await page.locator('.flame .found').textContent()).toBe('not a regular expression');
      await page.locator('[aria-label="regular expression"]').click();
      expect(await page.locator('.flame .found').textContent()).toMatch(/frames/);
    });

    it('is worked by keys alone', async () => {
      await open(STORM());
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
      expect(await told()).toMatch(/^main\.main\.gowrap2/);
      await page.keyboard.press('Enter');
      expect((await page.locator('.crumb').allTextContents()).at(-1)).toBe('main.main.gowrap2');
      await page.keyboard.press('Escape');
      expect((await page.locator('.crumb').allTextContents()).at(-1)).toBe('runtime.goexit');
      await page.keyboard.press('Home');
      await page.keyboard.press('i');
      expect(await page.locator('.segments [aria-pressed=true]').allTextContents()).toEqual(['From roots', 'Flame']);
      await pages.shoot(page, 'report-flame');
      await page.keyboard.press('r');
      expect((await labels())[1]).toMatch(/gopark|selectgo|runtime/);
      await page.keyboard.press('?');
      expect(await page.locator('dialog.help').isVisible()).toBe(true);
      await pages.shoot(page, 'report-keys');
      expect(await pages.audit(page)).toEqual([]);
      await page.keyboard.press('Escape');
      expect(await page.locator('dialog.help').isVisible()).toBe(false);
    });

    it('hides, focuses, folds, and takes it back', async () => {
      await open(STORM());
      await clickOn('main.main.gowrap1', { modifiers: ['Alt'] });
      expect(await labels()).not.toContain('main.main.gowrap1');
      expect(await page.locator('.chip').allTextContents()).toEqual(['without main.main.gowrap1 ✕']);
      await page.locator('.chip').click();
      expect(await labels()).toContain('main.main.gowrap1');
      await clickOn('main.ship');
      await page.locator('.actions button', { hasText: 'Focus' }).click();
      expect((await labels())[1]).toBe('main.ship');
      await page.keyboard.press('u');
      await page.keyboard.press('m');
      expect((await labels()).filter((label) => /^(?:runtime|sync)\./.test(label))).toEqual([]);
      await page.keyboard.press('u');
      const before = (await labels()).length;
      await page.keyboard.press('c');
      expect((await labels()).length).toBeLessThan(before);
    });

    it('stands around a function', async () => {
      await open(STORM());
      await clickOn('sync.(*Mutex).Lock');
      await page.keyboard.press('s');
      const above = await page.locator('.pane').first().locator('.d3-flame-graph-label').allTextContents();
      expect(above).toEqual(expect.arrayContaining(['sync.(*Mutex).Lock', 'main.pack']));
      const below = await page.locator('.pane').last().locator('.d3-flame-graph-label').allTextContents();
      expect(below).toEqual(expect.arrayContaining(['sync.(*Mutex).Lock', 'runtime.gopark']));
      await pages.shoot(page, 'report-around');
      expect(await pages.audit(page)).toEqual([]);
    });

    it('zooms into neighbours that are too narrow to be drawn', async () => {
      const narrow = Array.from({ length: 6000 }, (_, i) => `main;f${String(i).padStart(4, '0')} 1\n`).join('');
      await open(drawPage({ narrow }));
      await page.locator('.chart .rest').click({ position: { x: 600, y: 8 } });
      expect(hash()).toMatch(/^#at=\d+-\d+$/);
      expect(await page.locator('.chart .rest').count()).toBe(1);
      await page.keyboard.press('/');
      await page.keyboard.type('f4711');
      await page.keyboard.press('Enter');
      expect(await told()).toContain('f4711');
      expect(await labels()).toContain('f4711');
    });

    it('tells of the frame under the pointer', async () => {
      await open(SHOP());
      const box = await page.locator('.chart g').nth(3).boundingBox();
      await page.mouse.move((box?.x ?? 0) + 10, (box?.y ?? 0) + 8);
      await expect.poll(() => page.locator('.tip').textContent()).toMatch(/goroutines?.*of all/);
      await page.mouse.move(600, 700);
      expect(await page.locator('.tip').isVisible()).toBe(false);
    });
  });

  describe('tables', () => {
    it('sort and filter functions, and lead to the flame view', async () => {
      await open(SHOP());
      await page.keyboard.press('2');
      const self = (await cells(1)).map((text) => Number(text.replace(/,/g, '')));
      expect(self).toEqual([...self].sort((a, b) => b - a));
      expect((await cells(2)).every((text) => /^[\d.]+%$/.test(text))).toBe(true);
      await page.locator('th button', { hasText: 'Function' }).click();
      const names = await page.locator('td.function .find').allTextContents();
      expect(names).toEqual([...names].sort());
      await page.getByRole('button', { name: 'Total', exact: true }).click();
      expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
      await page.keyboard.press('/');
      await page.keyboard.type('roundtrip');
      await expect.poll(() => page.locator('tr.item').count()).toBe(1);
      await pages.shoot(page, 'report-functions');
      await page.locator('td.function .find').click();
      expect(await page.locator('.chart .hit').count()).toBe(1);
      expect(await page.locator('.flame .found').textContent()).toMatch(/^1 frame, /);
    });

    it('open the stack of a group of goroutines', async () => {
      await open(SHOP());
      await page.keyboard.press('3');
      await page.locator('.opener').first().click();
      expect(await page.locator('.block li').allTextContents()).toEqual(
        expect.arrayContaining([expect.stringMatching(/^main\.\(\*Store\)\.price/)]),
      );
      await pages.shoot(page, 'report-goroutines');
      expect(await pages.audit(page)).toEqual([]);
      await page.locator('.opened button', { hasText: 'Show in flame graph' }).click();
      expect(await page.locator('.chart .hit').count()).toBeGreaterThan(0);
    });

    it('show both sides of a race', async () => {
      await open(RACES());
      await page.keyboard.press('3');
      await page.locator('.opener').first().click();
      expect(await page.locator('.block h3').allTextContents()).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^(?:read|write) by/),
          expect.stringMatching(/^previous (?:read|write) by/),
        ]),
      );
      await pages.shoot(page, 'report-races');
      expect(await pages.audit(page)).toEqual([]);
    });
  });

  describe('differences', () => {
    it('show what grew, shrank, came and went', async () => {
      await open(DIFFERENCE());
      expect((await labels()).some((label) => label.startsWith('+ '))).toBe(true);
      expect((await labels()).some((label) => label.startsWith('− '))).toBe(true);
      await pages.shoot(page, 'report-difference');
      expect(await pages.audit(page)).toEqual([]);
      await page.keyboard.press('3');
      expect((await cells(2)).every((text) => /^[+−]\d+$/.test(text))).toBe(true);
    });
  });

  describe('timeline', () => {
    const trace = () => drawTracePage(gunzipSync(readFileSync(path.join(FIXTURES, 'gotrace/mapgrow-1.26.trace.gz'))));
    const drag = async (from: number, to: number) => {
      const box = await page.locator('.page-timeline .ground').boundingBox();
      const y = (box?.y ?? 0) + 10;
      const x = (share: number) => (box?.x ?? 0) + share * (box?.width ?? 0);
      await page.mouse.move(x(from), y);
      await page.mouse.down();
      await page.mouse.move(x((from + to) / 2), y);
      await page.mouse.move(x(to), y);
      await page.mouse.up();
    };

    it('selects a window by a drag, and the flame view shows its stacks alone', async () => {
      await open(trace());
      expect(await page.getByRole('tab').first().textContent()).toBe('Timeline');
      await drag(0.4, 0.5);
      await expect.poll(hash).toMatch(/^#window=\d+-\d+$/);
      expect(await page.locator('.timeline-view strong').textContent()).toBe('Selected');
      await pages.shoot(page, 'report-timeline');
      expect(await pages.audit(page)).toEqual([]);
      await page.locator('button', { hasText: 'Flame graph of this time' }).click();
      expect(await page.locator('.chip').textContent()).toMatch(/^only [\d.]+ ms to [\d.]+ ms ✕$/);
      // The root is all of this part of the time, and says how much that is.
      const root = await told();
      expect(root).toMatch(/^all: [\d.]+ ms running[\s\S]*100% of this part of the time/);
      expect(root).not.toContain('of all');
      await pages.shoot(page, 'report-window');
      await page.locator('.chip').click();
      expect(await told()).toContain('100% of all');
    });

    it('goes from hotspot to hotspot by keys, and tells of each', async () => {
      await open(trace());
      await page.keyboard.press(']');
      expect(await page.locator('.timeline-view strong').textContent()).toBe('Hotspot 1');
      expect(await page.locator('.timeline-view .block').first().textContent()).toMatch(/on P\d from .*goroutine \d+/);
      await page.keyboard.press('z');
      await expect.poll(hash).toMatch(/time=\d+-\d+&window=\d+-\d+/);
      await pages.shoot(page, 'report-hotspot');
      await page.keyboard.press('Home');
      await page.keyboard.press('+');
      await expect.poll(hash).toMatch(/time=/);
      await page.keyboard.press('f');
      expect(await page.locator('.chart g').count()).toBeGreaterThan(3);
    });

    it('tells what the P under the pointer did', async () => {
      await open(trace());
      const box = await page.locator('.page-timeline .ground').boundingBox();
      await page.mouse.move((box?.x ?? 0) + 300, (box?.y ?? 0) + 12);
      await expect.poll(() => page.locator('.timeline-view .tip').textContent()).toMatch(/^P0 · .*most time went to .*runnable:/);
    });

    it('leads from the table of hotspots to the timeline', async () => {
      await open(trace());
      await page.getByRole('tab', { name: 'Hotspots' }).click();
      expect(await page.locator('tr.item').count()).toBeGreaterThan(5);
      await page.locator('.opener').nth(1).click();
      await pages.shoot(page, 'report-hotspots');
      expect(await pages.audit(page)).toEqual([]);
      await page.locator('button', { hasText: 'Show on the timeline' }).click();
      expect(await page.locator('.timeline-view strong').textContent()).toBe('Hotspot 2');
    });

    it('is dark where the page is told to be', async () => {
      await open(trace(), '#theme=dark', { colorScheme: 'light' });
      const fill = await page.evaluate(
        () => getComputedStyle(document.querySelector('.page-timeline .ground path') as Element).fill,
      );
      expect(fill).toBe('rgb(34, 38, 46)');
      expect(await pages.audit(page)).toEqual([]);
      await pages.shoot(page, 'report-timeline-dark');
    });
  });

  describe('the page', () => {
    it('has several inputs to choose from', async () => {
      await open(
        drawPage({ 'a.txt': fixture('goroutines/shop-go1.26').bytes, 'b.log': fixture('race/pallets-map-go1.26').bytes }),
      );
      await page.locator('header select').selectOption('b.log');
      expect(await page.getByRole('tab').allTextContents()).toEqual(['Flame graph', 'Functions', 'Races']);
      expect(await page.locator('.subject .alarm').textContent()).toContain('2 different races');
      expect(hash()).toBe('#in=1');
    });

    for (const colorScheme of ['light', 'dark'] as const) {
      it(`has no serious finding of axe-core, ${colorScheme}`, async () => {
        for (const [name, html] of Object.entries({ storm: STORM(), difference: DIFFERENCE() })) {
          for (const view of [0, 1, 2]) {
            await open(html, `#view=${view}`, { colorScheme });
            expect({ name, view, found: await pages.audit(page) }).toEqual({ name, view, found: [] });
            await pages.shoot(page, `report-${name}-${view}-${colorScheme}`);
            await pages.close(opened as Opened);
          }
        }
        opened = null;
      });
    }

    it('is dark or light as it is told', async () => {
      await open(SHOP(), '#theme=dark', { colorScheme: 'light' });
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(await background()).toBe('rgb(21, 23, 27)');
      await page.keyboard.press('t');
      expect(await background()).toBe('rgb(251, 251, 250)');
    });

    it('fits a narrow window', async () => {
      await open(STORM(), '', { viewport: { width: 480, height: 800 } });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(480);
      await pages.shoot(page, 'report-narrow');
    });

    it('shows picture and tables without script, and on paper', async () => {
      await open(SHOP(), '', { javaScriptEnabled: false });
      expect(await page.locator('#static svg .labels text').first().isVisible()).toBe(true);
      expect(await page.locator('#static table').count()).toBe(2);
      await pages.shoot(page, 'report-without-script');
      await pages.close(opened as Opened);
      await open(SHOP());
      expect(await page.locator('#static').isVisible()).toBe(false);
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('#static').isVisible()).toBe(true);
      expect(await page.locator('#app').isVisible()).toBe(false);
    });

    it('runs nothing that a name brings along', async () => {
      const evil = '</script></title></style><script>window.hacked=1</script><img src="x" onerror="window.hacked=1">';
      await open(drawPage({ [evil]: `main.main;${evil.replace(/;/g, '')} 3\n${evil} 4\n` }), '#view=1');
      for (const view of ['1', '2']) await page.keyboard.press(view);
      await page.locator('.find').first().hover();
      await page.locator('.find').first().click();
      expect(await page.evaluate(() => (window as unknown as { hacked?: number }).hacked)).toBeUndefined();
      // The policy stops what is put into the page by other means as well.
      const blocked = await page.evaluate(() => {
        const script = document.createElement('script');
        script.textContent = 'window.hacked = 2';
        document.body.append(script);
        return (window as unknown as { hacked?: number }).hacked === undefined;
      });
      expect(blocked).toBe(true);
      expect(opened?.errors.every((text) => /Content Security Policy/.test(text))).toBe(true);
      await pages.close(opened as Opened);
      opened = null;
    });

    it('starts and zooms 100,000 frames without a wait', async () => {
      const html = drawPage({ big: generateFolded(9700) });
      const began = performance.now();
      await open(html);
      expect(await page.locator('.chart g').count()).toBeGreaterThan(500);
      expect(performance.now() - began).toBeLessThan(6000);
      const zoomMs = await page.evaluate(async () => {
        const start = performance.now();
        const frame = document.querySelectorAll('.chart g')[2].querySelector('rect');
        frame?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        return performance.now() - start;
      });
      expect(zoomMs).toBeLessThan(2500);
    });
  });
});

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** WCAG's contrast of two colours that are written as `rgb(r, g, b)`. */
function contrast(one: string, other: string): number {
  const luminance = (color: string): number => {
    const parts = (/rgb\((\d+), (\d+), (\d+)\)/.exec(color) as RegExpExecArray).slice(1).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
