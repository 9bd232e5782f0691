/** Pictures in a real browser: they open without an error, look right, and do what they should. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { FlameGraphOptions } from '../../src/render/flameoptions.ts';
import { useBrowserPage } from '../support/browserpage.ts';
import { chromiumPath } from '../support/chromium.ts';
import { collapse } from '../support/collapse.ts';
import { fixture } from '../support/fixtures.ts';
import { generateFolded } from '../support/generate.ts';
import { buildProfile, drawSvg } from '../support/svg.ts';

describe.runIf(chromiumPath !== undefined)('in Chromium', () => {
  const opened = useBrowserPage(1220, 500);

  /** Opens a picture as a file of its own, or a page around it. */
  async function open(content: string, name = 'x.svg', hash = ''): Promise<void> {
    const file = path.join(opened.folder, name);
    writeFileSync(file, content);
    await opened.page.goto(pathToFileURL(file).href + hash);
  }

  const storm = (options: FlameGraphOptions = {}) => drawSvg(collapse(fixture('goroutines/storm-quit-go1.22').bytes), options);
  const labels = () => opened.page.locator('.labels text').allTextContents();
  const boxOf = async (label: string) => {
    const box = await opened.page.locator('.labels text', { hasText: label }).first().boundingBox();
    if (box === null) throw new Error(`no label ${label}`);
    return box;
  };
  const clickOn = async (label: string) => {
    const box = await boxOf(label);
    await opened.page.mouse.click(box.x + 3, box.y + box.height / 2);
  };

  it('labels stay within their frames, at the fonts that are here', async () => {
    await open(storm());
    const overflow = await opened.page.evaluate(() => {
      const frames = [...document.querySelectorAll<SVGPathElement>('.frames path')].map((p) => p.getBBox());
      return [...document.querySelectorAll<SVGTextElement>('.labels text')].filter((text) => {
        const box = text.getBBox();
        const middle = box.y + box.height / 2;
        const frame = frames.find((f) => Math.abs(f.y - middle) < 9 && box.x >= f.x - 0.5 && box.x <= f.x + f.width);
        return frame !== undefined && box.x + box.width > frame.x + frame.width + 1;
      }).length;
    });
    expect(overflow).toBe(0);
  });

  it('zooms by click, keeps the place in the address, and opens it again', async () => {
    await open(storm());
    const before = await labels();
    await clickOn('main.pack');
    expect(await labels()).toContain('main.pack');
    expect((await labels()).length).toBeLessThan(before.length);
    const { hash } = new URL(opened.page.url());
    expect(hash).toMatch(/^#x=\d+&d=\d+$/);
    const zoomed = await labels();
    await open(storm({ width: 700 }), 'narrow.svg', hash);
    expect((await labels())[0]).toBe('all: 10,007 goroutines');
    expect((await labels()).length).toBe(zoomed.length);
    await opened.page.keyboard.press('Escape');
    expect((await labels()).length).toBeGreaterThan(zoomed.length);
  });

  it('searches from the keyboard', async () => {
    await open(storm());
    await opened.page.keyboard.press('Control+f');
    await opened.page.keyboard.type('chanrecv');
    await expect.poll(() => opened.page.locator('.matched').textContent()).toMatch(/^Matched: [\d.]+% \(\d+ frames\)$/);
    await opened.page.keyboard.press('Enter');
    expect(await opened.page.locator('.details').textContent()).toContain('chanrecv');
    expect(await opened.page.locator('path.hit').count()).toBeGreaterThan(3);
  });

  it('shows a tooltip beside the pointer and within the picture', async () => {
    await open(storm());
    const box = await boxOf('main.ship');
    await opened.page.mouse.move(box.x + 2, box.y + 6);
    await opened.page.mouse.move(box.x + 4, box.y + 6);
    expect(await opened.page.locator('.tip').textContent()).toContain('main.ship');
    const tip = await opened.page.locator('.tip').boundingBox();
    expect((tip?.x ?? 0) + (tip?.width ?? 0)).toBeLessThanOrEqual(1205);
  });

  it('has a dark scheme', async () => {
    const background = async (colorScheme: 'light' | 'dark') => {
      await opened.page.emulateMedia({ colorScheme });
      await open(storm());
      return opened.page.evaluate(() => getComputedStyle(document.querySelector('.page') as Element).fill);
    };
    expect(await background('light')).toBe('rgb(255, 255, 255)');
    expect(await background('dark')).toBe('rgb(22, 24, 29)');
  });

  it('two pictures in one page do not disturb each other', async () => {
    const strip = (svg: string) => svg.replace(/^<\?xml.*\n/, '');
    await open(
      `<!DOCTYPE html><meta charset="utf-8"><body>${strip(storm({ title: 'one' }))}${strip(storm({ title: 'two', inverted: true }))}`,
      'opened.page.html',
    );
    const second = () => opened.page.locator('svg').nth(1).locator('.labels text').count();
    const before = await second();
    await clickOn('main.pack');
    expect(await opened.page.locator('svg').first().locator('.labels text').count()).toBeLessThan(before);
    expect(await second()).toBe(before);
  });

  it('runs nothing that a name or an option brings along', async () => {
    const evil = '</text></title></metadata><script>window.hacked=1</script><image href="x" onerror="window.hacked=1"/>]]>';
    const svg = drawSvg(buildProfile([[['main.main', evil], 3]]), {
      title: evil,
      subtitle: evil,
      countname: evil,
      nametype: evil,
      search: evil,
      notes: evil,
    });
    await open(svg);
    const frame = opened.page.locator('.frames path').nth(2);
    await frame.dispatchEvent('pointermove');
    await frame.dispatchEvent('click');
    expect(await opened.page.evaluate(() => (window as unknown as { hacked?: number }).hacked)).toBeUndefined();
    await open(`<!DOCTYPE html><meta charset="utf-8"><body>${svg.replace(/^<\?xml.*\n/, '')}`, 'evil.html');
    await opened.page.locator('.frames path').nth(2).dispatchEvent('pointermove');
    expect(await opened.page.evaluate(() => (window as unknown as { hacked?: number }).hacked)).toBeUndefined();
  });

  it('opens and zooms a picture of very many frames without a wait', async () => {
    const svg = drawSvg(collapse(generateFolded(20_000)), { minwidth: '0.05' });
    const began = performance.now();
    await open(svg, 'large.svg');
    const frames = await opened.page.locator('.frames path').count();
    expect(frames).toBeGreaterThan(15_000);
    expect(performance.now() - began).toBeLessThan(20_000);
    const zoomMs = await opened.page.evaluate(() => {
      const began = performance.now();
      document.querySelectorAll('.frames path')[3].dispatchEvent(new MouseEvent('click', { bubbles: true }));
      return performance.now() - began;
    });
    expect(zoomMs).toBeLessThan(5000);
  });
});

describe.runIf(chromiumPath === undefined)('without Chromium', () => {
  it('the browser tests are left out: install chromium to run them', () => expect(chromiumPath).toBeUndefined());
});
