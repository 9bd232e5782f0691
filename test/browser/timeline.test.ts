/** Timelines in a real browser: they open without an error, and zoom, tell and reset as they should. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { useBrowserPage } from '../support/browserpage.ts';
import { chromiumPath } from '../support/chromium.ts';
import { buildTimeline, runMachine, timelineOf } from '../support/timelines.ts';
import { drawTimelineSvg } from '../support/timelinesvg.ts';
import { traceNamed } from '../support/traces.ts';

const growth = timelineOf(traceNamed('mapgrow-1.22')).timeline;

describe.runIf(chromiumPath !== undefined)('a timeline in Chromium', () => {
  const opened = useBrowserPage(1220, 800);

  async function open(content: string, name = 'timeline.svg'): Promise<void> {
    const file = path.join(opened.folder, name);
    writeFileSync(file, content);
    await opened.page.goto(pathToFileURL(file).href);
  }

  const ticks = () => opened.page.locator('.ticks text').allTextContents();
  /** A text that is different for different pictures. */
  const sceneOf = (part: string) =>
    opened.page.evaluate(async (part) => {
      const elements = [...document.querySelectorAll(`.scene ${part} *`)].filter((one) => !one.matches('.plot'));
      const text = elements.map((one) => [one.localName, ...[...one.attributes].map((a) => a.name + a.value), one.textContent]);
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(text)));
      return `${elements.length} elements, ${[...new Uint8Array(digest)].slice(0, 8)}`;
    }, part);
  const lanes = () => sceneOf('.lanes');
  const tip = () => opened.page.locator('.tip').textContent();
  const boxOf = async (selector: string) => {
    const box = await opened.page.locator(selector).first().boundingBox();
    if (box === null) throw new Error(`nothing to see of ${selector}`);
    return box;
  };
  /** The middle of a hotspot's frame on its lane. */
  const middleOf = async (rank: number) => {
    const box = await boxOf(`.marks [data-rank="${rank}"] .frame`);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };

  it('draws, zoomed out again, what was written', async () => {
    await open(drawTimelineSvg(growth));
    for (const part of ['.behind', '.lanes', '.strips', '.pauses', '.marks', '.ticks']) {
      const written = await sceneOf(part);
      await opened.page.keyboard.press('+');
      await expect.poll(() => sceneOf(part)).not.toBe(written);
      await opened.page.keyboard.press('Escape');
      await expect.poll(() => sceneOf(part)).toBe(written);
    }
  });

  it('zooms at the pointer by the wheel, moves by dragging, and resets', async () => {
    await open(drawTimelineSvg(growth));
    const [before, whole] = [await ticks(), await lanes()];
    await opened.page.mouse.move(700, 200);
    await opened.page.mouse.wheel(0, -800);
    await expect.poll(ticks).not.toEqual(before);
    const zoomed = await ticks();
    await opened.page.mouse.down();
    await opened.page.mouse.move(500, 200, { steps: 4 });
    await opened.page.mouse.up();
    await expect.poll(ticks).not.toEqual(zoomed);
    await opened.page.locator('.button').click();
    await expect.poll(lanes).toBe(whole);
    expect(await ticks()).toEqual(before);
    expect(await opened.page.locator('.button.hidden').count()).toBe(1);
  });

  it('goes to a hotspot that is clicked in the picture or the list, or whose digit is pressed', async () => {
    await open(drawTimelineSvg(growth));
    const widthOf = async (rank: number) => (await boxOf(`.marks [data-rank="${rank}"] .frame`)).width;
    for (const go of [
      () => opened.page.locator('.marks [data-rank="1"] .rank').click(),
      () => opened.page.locator('.list [data-rank="1"] .kind').click(),
      () => opened.page.keyboard.press('1'),
      async () => {
        const { x, y } = await middleOf(1);
        await opened.page.mouse.click(x, y);
      },
    ]) {
      expect(await widthOf(1)).toBeLessThan(200);
      await go();
      await expect.poll(() => widthOf(1)).toBeGreaterThan(300);
      await opened.page.keyboard.press('Escape');
      await expect.poll(() => widthOf(1)).toBeLessThan(200);
    }
  });

  it('names the goroutine of the span under the pointer', async () => {
    await open(drawTimelineSvg(growth));
    const hotspot = growth.hotspots[0];
    const { x, y } = await middleOf(1);
    await opened.page.mouse.move(x - 25, y);
    expect(await tip()).toContain(`P${hotspot.proc} · user code`);
    expect(await tip()).toContain(`goroutine ${hotspot.goroutine} · ${hotspot.entry}`);
    expect(await tip()).toMatch(/hotspot 1: map growth, \d+ goroutines waited/);
    const [box, lines] = await opened.page.evaluate(() => [
      (document.querySelector('.tip rect') as SVGRectElement).getBBox().width,
      Math.max(...[...document.querySelectorAll<SVGTextElement>('.tip text')].map((text) => text.getBBox().width)),
    ]);
    expect(lines).toBeLessThan(box);
    expect(await opened.page.locator('.cross.hidden').count()).toBe(0);
    await opened.page.mouse.move(10, 10);
    expect(await opened.page.locator('.cross.hidden').count()).toBe(1);
  });

  it('tells the shares where spans were merged, and of strips their values', async () => {
    await open(drawTimelineSvg({ ...growth, spans: null }));
    const { x, y } = await middleOf(1);
    await opened.page.mouse.move(x - 12, y);
    expect(await tip()).toMatch(/P\d · shares of [\d.]+ .s/);
    expect(await tip()).toMatch(/% user code/);
    const strip = await boxOf('.strips .area');
    await opened.page.mouse.move(x, strip.y + strip.height / 2);
    expect(await tip()).toMatch(/runnable: [\d.]+ on average, \d+ at most.*heap [\d.]+ MiB, goal [\d.]+ MiB/);
  });

  it('runs nothing that the trace brings along', async () => {
    const evil = '</text></metadata><script>window.hacked=1</script><image href="x" onerror="window.hacked=1"/>]]>';
    const { timeline } = buildTimeline(runMachine({ procs: 2, turns: 60, entry: evil }));
    const svg = drawTimelineSvg(timeline, { title: evil, subject: evil });
    for (const [content, name] of [
      [svg, 'evil.svg'],
      [`<!DOCTYPE html><meta charset="utf-8"><body>${svg.replace(/^<\?xml.*\n/, '')}`, 'evil.html'],
    ]) {
      await open(content, name);
      const lane = await boxOf('.ground path');
      for (let x = 5; x < 400; x += 40) await opened.page.mouse.move(lane.x + x, lane.y + 5);
      expect(await opened.page.evaluate(() => (window as unknown as { hacked?: number }).hacked)).toBeUndefined();
    }
  });

  it('zooms 256 Ps without a wait', async () => {
    const { timeline } = buildTimeline(runMachine({ procs: 256, turns: 400 }));
    const began = performance.now();
    await open(drawTimelineSvg(timeline));
    expect(await opened.page.locator('.lanes > g').count()).toBe(256);
    expect(performance.now() - began).toBeLessThan(15_000);
    const before = await ticks();
    const zoomMs = await opened.page.evaluate(async () => {
      const began = performance.now();
      document.dispatchEvent(new KeyboardEvent('keydown', { key: '+' }));
      await new Promise((resolve) => requestAnimationFrame(resolve));
      await new Promise((resolve) => requestAnimationFrame(resolve));
      return performance.now() - began;
    });
    expect(await ticks()).not.toEqual(before);
    expect(zoomMs).toBeLessThan(4000);
  });
});
