/**
 * A report as one page of HTML that needs nothing else: no network, no server. Its script and styles are allowed by
 * their hashes, so nothing that a name brings along can run. What stands in it as markup is for those without script
 * and for paper; the script puts the interactive page in its place.
 */

import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import script from '../../../templates/report/main.ts?bundled';
import style from '../../../templates/report/style.css?bundled';
import { writeFlameGraph } from '../flamegraph.ts';
import type { FlameGraphOptions } from '../flameoptions.ts';
import { pageTimelineStyle } from '../timeline/style.ts';
import { writeTimeline } from '../timeline/timeline.ts';
import { escapeXml } from '../xml.ts';
import type { FlameReportView, Report, ReportSubject } from './model.ts';
import { encodeReport } from './packpage.ts';
import { staticFunctions, staticTable } from './static.ts';

/** The picture for those without script is small: frames of at least this share. */
const STATIC_SHARE = '0.5%';

/** Hides what is for those without script before it is painted; shows it again where the page's script cannot run. */
const HIDE_STATIC =
  "document.documentElement.setAttribute('data-live','');addEventListener('error',function(){document.documentElement.removeAttribute('data-live')})";

/** Characters of the lanes in the picture of a timeline. */
const TIMELINE_ROOM = 60_000;

/** The page in chunks. */
export function* writeReport(report: Report, options: FlameGraphOptions = {}): Generator<string> {
  const pictures = report.subjects.map((subject) => drawSubject(subject, options));
  const sheet = style + (report.subjects.some(hasTimeline) ? pageTimelineStyle('page-timeline') : '');
  const styles = [sheet, ...pictures.flatMap(({ styles: own }) => own)];
  const code = guardScript(script);
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(HIDE_STATIC)} ${hashOf(code)}`,
    `style-src ${[...new Set(styles.map(hashOf))].join(' ')}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const title = escapeXml(report.title);
  yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
  yield `<meta http-equiv="Content-Security-Policy" content="${escapeXml(policy)}">\n`;
  yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n';
  yield `<meta name="generator" content="${escapeXml(report.generator)}">\n<title>${title}</title>\n`;
  yield `<script>${HIDE_STATIC}</script>\n<style>${sheet}</style>\n</head>\n<body>\n<div id="app"></div>\n<div id="static">\n<h1>${title}</h1>\n`;
  for (const [i, subject] of report.subjects.entries()) yield* staticSubject(subject, pictures[i].svg);
  yield '</div>\n';
  const data = deflateRawSync(encodeReport(report), { level: 9 }).toString('base64');
  yield `<script id="data" type="application/octet-stream">${data}</script>\n`;
  yield `<script>${code}</script>\n</body>\n</html>\n`;
}

function hasTimeline({ views }: ReportSubject): boolean {
  return views.some(({ kind }) => kind === 'timeline');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** No `<` of the script opens or closes a tag. */
function guardScript(code: string): string {
  return code.replace(/<\//g, '<\\/').replace(/<!--/g, '<\\!--');
}

/** The pictures of a subject as markup, and the text of every style element in them. */
function drawSubject({ views }: ReportSubject, options: FlameGraphOptions): { svg: string; styles: string[] } {
  const drawn = views.flatMap((view) => {
    if (view.kind === 'timeline') return [[...writeTimeline(view.timeline, { javascript: false, room: TIMELINE_ROOM })].join('')];
    return view.kind === 'flame' ? [drawFlame(view, options)] : [];
  });
  const svg = drawn.map((text) => text.replace(/^<\?xml[^\n]*\n/, '')).join('\n');
  return { svg, styles: [...svg.matchAll(/<style>([^<]*)<\/style>/g)].map(([, text]) => text) };
}

function drawFlame(view: FlameReportView, options: FlameGraphOptions): string {
  const { minwidth: _, title: __, ...look } = options;
  const settings = { ...look, javascript: false, minwidth: STATIC_SHARE, removed: view.profile.before !== null };
  return [...writeFlameGraph(view.profile, settings)].join('').replace(/<metadata>[^<]*<\/metadata>\n?/, '');
}

function* staticSubject({ name, kind, facts, views }: ReportSubject, svg: string): Generator<string> {
  yield `<section>\n<h2>${escapeXml(name)} <small>${escapeXml(kind)}</small></h2>\n<ul class="facts">`;
  for (const { text, tone } of facts) yield `<li${tone === 'plain' ? '' : ` class="${tone}"`}>${escapeXml(text)}</li>`;
  yield `</ul>\n<figure>${svg}</figure>\n`;
  for (const view of views) {
    if (view.kind === 'flame') yield staticFunctions(view.profile);
    else if (view.kind === 'table') yield staticTable(view);
  }
  yield '</section>\n';
}
