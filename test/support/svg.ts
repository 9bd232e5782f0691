/** Pictures in tests. */

import { JSDOM } from 'jsdom';
import { type Profile, ProfileBuilder, ROOT } from '../../src/model/profile.ts';
import { type FlameGraphReport, writeFlameGraph } from '../../src/render/flamegraph.ts';
import type { FlameGraphOptions } from '../../src/render/flameoptions.ts';

export type Stacks = readonly (readonly [readonly string[], number])[];

export function buildProfile(stacks: Stacks): Profile {
  const builder = new ProfileBuilder();
  for (const [path, weight] of stacks)
    builder.add(
      path.reduce((node, text) => builder.child(node, builder.text(text, 'own')), ROOT),
      weight,
    );
  return builder.build('samples');
}

export function drawSvg(profile: Profile, options: FlameGraphOptions = {}, report?: FlameGraphReport): string {
  return [...writeFlameGraph(profile, options, report)].join('');
}

/** The picture as a document. @throws where it is not well-formed XML */
export function parseSvg(svg: string): Document {
  return new JSDOM(svg, { contentType: 'image/svg+xml' }).window.document;
}

export interface DrawnFrame {
  readonly title: string;
  readonly x: number;
  readonly width: number;
  readonly y: number;
}

/** Frames with a title, in the order of the file. */
export function framesIn(document: Document): DrawnFrame[] {
  return [...document.querySelectorAll('.frames path')].map((path) => {
    const [, x, y, width] = /^M([\d.-]+) ([\d.-]+)h([\d.-]+)/.exec(path.getAttribute('d') ?? '') ?? [];
    return { title: path.querySelector('title')?.textContent ?? '', x: Number(x), y: Number(y), width: Number(width) };
  });
}
