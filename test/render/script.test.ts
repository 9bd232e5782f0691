/** What the script inside a picture does, in jsdom: several pictures in one page, as a reader would use them. */

import path from 'node:path';
import { JSDOM } from 'jsdom';
import { afterEach, describe, expect, it } from 'vitest';
import { bundleScript } from '../../src/build/bundled.ts';
import type { FlameGraphOptions } from '../../src/render/flameoptions.ts';
import { buildProfile, drawSvg, type Stacks } from '../support/svg.ts';

const SCRIPT = bundleScript(path.resolve(import.meta.dirname, '../../templates/flamegraph/main.ts'));

const STACKS: Stacks = [
  [['main.main', 'main.serve', 'net/http.read'], 50],
  [['main.main', 'main.serve', 'net/http.write'], 30],
  [['main.main', 'main.store'], 20],
  [['runtime.gcBgMarkWorker'], 100],
];

let page: JSDOM | null = null;

afterEach(() => {
  page?.window.close();
  page = null;
});

interface Live {
  readonly svg: SVGSVGElement;
  readonly window: JSDOM['window'];
  titles(): string[];
  label(text: string): Element;
  details(): string;
  matched(): string;
  press(key: string, more?: KeyboardEventInit): void;
  click(index: number): void;
  type(text: string): void;
}

/** A page of pictures, their scripts run; and what can be done with the one at `index`. */
function open(options: readonly FlameGraphOptions[] = [{}], hash = '', index = 0): Live {
  const pictures = options.map((each) =>
    drawSvg(buildProfile(STACKS), { ...each, javascript: false }).replace(/^<\?xml.*\n/, ''),
  );
  page = new JSDOM(`<!DOCTYPE html><body>${pictures.join('')}</body>`, {
    url: `https://example.com/x.html${hash}`,
    runScripts: 'outside-only',
  });
  const { window } = page;
  for (const _ of pictures) window.eval(SCRIPT);
  const svg = window.document.querySelectorAll('svg.goflame')[index] as SVGSVGElement;
  const one = (selector: string) => svg.querySelector(selector) as Element;
  const paths = () => [...svg.querySelectorAll('.frames path')];
  return {
    svg,
    window,
    titles: () => [...svg.querySelectorAll('.labels text')].map((text) => text.textContent ?? ''),
    label: (text) => [...svg.querySelectorAll('.labels text')].find((label) => label.textContent === text) as Element,
    details: () => one('.details').textContent ?? '',
    matched: () => one('.matched').textContent ?? '',
    press: (key, more = {}) => one('.frames').dispatchEvent(new window.KeyboardEvent('keydown', { key, bubbles: true, ...more })),
    click: (at) => paths()[at].dispatchEvent(new window.MouseEvent('click', { bubbles: true, cancelable: true })),
    type: (text) => {
      const input = one('input') as HTMLInputElement;
      input.value = text;
      input.dispatchEvent(new window.Event('input', { bubbles: true }));
    },
  };
}

/** Frames of the picture in the order of the file: all, main.main, main.serve, read, write, main.store, gcBgMarkWorker. */
const FRAME = { all: 0, main: 1, serve: 2, read: 3, write: 4, store: 5, gc: 6 };

function widths(live: Live): number[] {
  return [...live.svg.querySelectorAll('.frames path')].map((p) => Number(/h([\d.]+)/.exec(p.getAttribute('d') ?? '')?.[1]));
}

describe('zoom', () => {
  it('fills the width with what was clicked, keeps its callers, drops the rest', () => {
    const live = open();
    live.click(FRAME.serve);
    expect(live.titles()).toEqual(['all: 200 samples', 'main.main', 'main.serve', 'net/http.read', 'net/http.write']);
    expect(widths(live).slice(0, 3)).toEqual([1179.6, 1179.6, 1179.6]);
    expect(widths(live)[3]).toBeCloseTo((1180 * 50) / 80, 0);
    expect([...live.svg.querySelectorAll('path.above')]).toHaveLength(2);
  });

  it('goes back by the button, by Escape, by Home, and by clicking the root', () => {
    for (const back of [
      (live: Live) => live.svg.querySelector('.button:not(.hidden)')?.dispatchEvent(new live.window.MouseEvent('click')),
      (live: Live) => live.press('Escape'),
      (live: Live) => live.press('Home'),
      (live: Live) => live.click(FRAME.all),
    ]) {
      const live = open();
      live.click(FRAME.serve);
      expect(live.titles()).toHaveLength(5);
      back(live);
      expect(live.titles()).toHaveLength(7);
      expect(live.window.location.hash).toBe('');
    }
  });

  it('draws what the file shows when it is back', () => {
    const live = open();
    const drawn = () => [...live.svg.querySelectorAll('.frames path')].map((p) => [p.getAttribute('class'), p.getAttribute('d')]);
    const labels = () =>
      [...live.svg.querySelectorAll('.labels text')].map((t) => [t.getAttribute('x'), t.getAttribute('y'), t.textContent]);
    const before = [drawn(), labels()];
    live.click(FRAME.store);
    live.press('Escape');
    expect([drawn(), labels()]).toEqual(before);
  });
});

describe('the address', () => {
  it('keeps the zoomed frame by samples and depth, not by pixels', () => {
    const live = open([{ width: 800 }]);
    live.click(FRAME.write);
    const hash = new URLSearchParams(live.window.location.hash.slice(1));
    const keys = [...hash.keys()];
    expect(keys.map((key) => key.split('.').at(-1))).toEqual(['x', 'd']);
    expect([...hash.values()]).toEqual(['50', '3']);
  });

  it('opens what it names, at any width', () => {
    const first = open();
    first.click(FRAME.write);
    const { hash } = first.window.location;
    page?.window.close();
    const second = open([{}], hash);
    expect(second.titles()).toEqual(['all: 200 samples', 'main.main', 'main.serve', 'net/http.write']);
  });

  it('keeps the search and its modes', () => {
    const live = open();
    live.press('/');
    live.type('HTTP');
    const { hash } = live.window.location;
    expect(hash).toContain('HTTP');
    page?.window.close();
    expect(open([{}], hash).matched()).toBe('Matched: 40.00% (2 frames)');
  });
});

describe('search', () => {
  it('marks what matches and tells its share, nested matches once', () => {
    const live = open();
    live.press('/');
    live.type('main');
    expect(live.svg.querySelectorAll('path.hit')).toHaveLength(3);
    expect(live.matched()).toBe('Matched: 50.00% (3 frames)');
  });

  it('is relative to the zoomed frame', () => {
    const live = open();
    live.press('/');
    live.type('http');
    live.click(FRAME.serve);
    expect(live.matched()).toBe('Matched: 100% (2 frames)');
  });

  it('ignores case until told otherwise, and takes plain text on request', () => {
    const live = open();
    live.press('/');
    const [caseButton, plainButton] = [...live.svg.querySelectorAll('.button')].filter((b) =>
      /^(Aa|\.\*)$/.test(b.textContent ?? ''),
    );
    live.type('HTTP.READ');
    expect(live.matched()).toContain('1 frame');
    caseButton.dispatchEvent(new live.window.MouseEvent('click'));
    expect(live.matched()).toBe('Matched: 0.00% (0 frames)');
    caseButton.dispatchEvent(new live.window.MouseEvent('click'));
    live.type('main(.');
    expect(live.matched()).toBe('not a regular expression');
    plainButton.dispatchEvent(new live.window.MouseEvent('click'));
    expect(live.matched()).toBe('Matched: 0.00% (0 frames)');
    live.type('http.r');
    expect(live.matched()).toContain('1 frame');
  });

  it('steps through the matches both ways, and round', () => {
    const live = open();
    live.press('/');
    live.type('http');
    live.press('n');
    expect(live.details()).toContain('net/http.read');
    expect(live.matched()).toContain('1 of 2');
    live.press('n');
    expect(live.details()).toContain('net/http.write');
    live.press('n');
    expect(live.details()).toContain('net/http.read');
    live.press('N');
    expect(live.details()).toContain('net/http.write');
    const buttons = [...live.svg.querySelectorAll('.button')];
    const press = (text: string) =>
      buttons.find((each) => each.textContent === text)?.dispatchEvent(new live.window.MouseEvent('click'));
    press('‹');
    expect(live.details()).toContain('net/http.read');
    press('›');
    expect(live.details()).toContain('net/http.write');
  });

  it('is cleared by Escape', () => {
    const live = open();
    live.press('/');
    live.type('http');
    live.press('Escape');
    expect(live.matched()).toBe('');
    expect(live.svg.querySelectorAll('path.hit')).toHaveLength(0);
  });

  it('can be there from the start', () => {
    expect(open([{ search: 'gcBg' }]).matched()).toBe('Matched: 50.00% (1 frame)');
  });
});

describe('keys', () => {
  it('move from frame to frame and zoom', () => {
    const live = open();
    live.press('ArrowUp');
    live.press('ArrowUp');
    expect(live.details()).toContain('main.main');
    live.press('ArrowRight');
    expect(live.details()).toContain('runtime.gcBgMarkWorker');
    live.press('ArrowLeft');
    live.press('ArrowUp');
    expect(live.details()).toContain('main.serve');
    live.press('Enter');
    expect(live.titles()).toHaveLength(5);
    live.press('ArrowDown');
    expect(live.details()).toContain('main.main');
  });

  it('leave the browser its own', () => {
    const live = open();
    const event = new live.window.KeyboardEvent('keydown', { key: 'p', ctrlKey: true, bubbles: true, cancelable: true });
    live.svg.querySelector('.frames')?.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
  });
});

describe('details', () => {
  it('tell weight, share of all and of the zoomed frame', () => {
    const live = open();
    const hover = (at: number) =>
      live.svg.querySelectorAll('.frames path')[at].dispatchEvent(new live.window.MouseEvent('pointermove', { bubbles: true }));
    hover(FRAME.read);
    expect(live.details()).toBe('Function: net/http.read (50 samples, 25.00% of all)');
    expect(live.svg.querySelector('.tip')?.textContent).toContain('net/http.read');
    live.click(FRAME.serve);
    hover(3);
    expect(live.details()).toBe('Function: net/http.read (50 samples, 25.00% of all, 62.50% of the zoomed frame)');
  });

  it('come back to the summary', () => {
    const live = open();
    const summary = live.details();
    live.svg.querySelectorAll('.frames path')[2].dispatchEvent(new live.window.MouseEvent('pointermove', { bubbles: true }));
    live.svg.querySelector('.frames')?.dispatchEvent(new live.window.MouseEvent('pointerleave'));
    expect(live.details()).toBe(summary);
  });
});

describe('touch', () => {
  it('shows a frame first and zooms at the second touch', () => {
    const live = open();
    const touch = () => {
      const event = new live.window.MouseEvent('click', { bubbles: true, cancelable: true });
      Object.defineProperty(event, 'pointerType', { value: 'touch' });
      live.svg.querySelectorAll('.frames path')[FRAME.serve].dispatchEvent(event);
    };
    touch();
    expect(live.details()).toContain('main.serve');
    expect(live.titles()).toHaveLength(7);
    touch();
    expect(live.titles()).toHaveLength(5);
  });
});

describe('two pictures in one page', () => {
  it('do not disturb each other', () => {
    const first = open([{ title: 'one' }, { title: 'two', inverted: true }]);
    const [one, two] = first.window.document.querySelectorAll('svg.goflame');
    const labels = (svg: Element) => [...svg.querySelectorAll('.labels text')].map((text) => text.textContent);
    first.click(FRAME.store);
    expect(labels(one)).toEqual([expect.stringMatching(/^all: /), 'main.main', 'main.store']);
    expect(labels(two)).toHaveLength(7);
    two.querySelectorAll('.frames path')[FRAME.gc].dispatchEvent(new first.window.MouseEvent('click', { bubbles: true }));
    expect(labels(one)).toEqual([expect.stringMatching(/^all: /), 'main.main', 'main.store']);
    expect(labels(two)).toEqual([expect.stringMatching(/^all: /), 'runtime.gcBgMarkWorker']);
    expect(one.getAttribute('class')).not.toBe(two.getAttribute('class'));
    expect([...new URLSearchParams(first.window.location.hash.slice(1)).keys()]).toHaveLength(4);
  });

  it('scope every rule of their style', () => {
    const { window } = open([{ title: 'one' }]);
    const style = window.document.querySelector('style')?.textContent ?? '';
    const selectors = (style.replace(/@media[^{]*\{/g, '').match(/[^{}]+(?=\{)/g) ?? []) as string[];
    expect(selectors.length).toBeGreaterThan(10);
    for (const selector of selectors.flatMap((group) => group.split(','))) expect(selector.trim()).toMatch(/^\.gf-[0-9a-f]{8} /);
  });
});

describe('links by function', () => {
  it('are followed by a plain click and zoomed by Ctrl-click', () => {
    const live = open([{ nameAttributes: new Map([['main.serve', { href: 'https://go.dev/', target: '_blank' }]]) }]);
    expect(live.svg.querySelector('a')?.getAttribute('href')).toBe('https://go.dev/');
    const path = live.svg.querySelectorAll('.frames path')[FRAME.serve];
    const plain = new live.window.MouseEvent('click', { bubbles: true, cancelable: true });
    path.dispatchEvent(plain);
    expect(plain.defaultPrevented).toBe(false);
    path.dispatchEvent(new live.window.MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey: true }));
    expect(live.titles()).toHaveLength(5);
    expect(live.svg.querySelectorAll('a')).toHaveLength(1);
  });
});
