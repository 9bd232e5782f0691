/**
 * Markdown for a comment or the summary of a step. Text that programs printed stands in code spans and fences alone: there neither
 * Markdown nor HTML, mentions, references nor links are looked for, and entities in other text would not keep GitHub from it.
 */

import { type CiItem, type CiReport, itemsOf } from './items.ts';
import { describeCounts, describeEnd } from './outcome.ts';
import { crashLines, namesOf, raceLines, timeoutLines } from './racetext.ts';
import { cleanLine, cleanLines, clip, countOf, oneLine } from './text.ts';

/** Of a comment, on GitHub. */
export const COMMENT_MAX_CHARACTERS = 65_536;
/** By it a later run finds the comment of an earlier one. */
export const COMMENT_MARK = '<!-- goflame ci -->';
const MAX_SPAN = 300;
const MAX_LINE = 400;
const MAX_LINES = 60;
const MAX_NOTES = 20;

export interface MarkdownLimits {
  /** UTF-16 units: no fewer than characters, whoever counts them. */
  readonly characters?: number;
  /** Of UTF-8. */
  readonly bytes?: number;
}

/** Ends with how many findings had no room. */
export function writeMarkdown(report: CiReport, limits: MarkdownLimits = { characters: COMMENT_MAX_CHARACTERS }): string {
  const items = itemsOf(report);
  const page = new Page(limits);
  for (const block of headOf(report)) page.add(block);
  if (items.length === 0) page.add('No findings.\n');
  for (const [at, item] of items.entries()) {
    const line = lineOf(item);
    if (page.add(line + detailsOf(item, report)) || page.add(line)) continue;
    page.close(`\n… and ${countOf(items.length - at, 'more finding')}: the archive has all of them.\n`);
    break;
  }
  return page.text;
}

/** Room that is kept for the last line. */
const RESERVE = 200;

class Page {
  text = '';
  private readonly limits: MarkdownLimits;
  private bytes = 0;

  constructor(limits: MarkdownLimits) {
    this.limits = limits;
  }

  /** False where there is no room for it. */
  add(block: string): boolean {
    return this.addWithin(block, RESERVE);
  }

  close(block: string): void {
    this.addWithin(block, 0);
  }

  private addWithin(block: string, reserve: number): boolean {
    const { characters = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY } = this.limits;
    const more = Buffer.byteLength(block);
    if (this.text.length + block.length > characters - reserve || this.bytes + more > bytes - reserve) return false;
    this.text += block;
    this.bytes += more;
    return true;
  }
}

function* headOf({ evidence: { run } }: CiReport): Generator<string> {
  yield `${COMMENT_MARK}\n### goflame ci: ${run.counts === null ? 'no counts' : describeCounts(run.counts)}\n\n`;
  // logs that were given do not tell how their command ended
  if (run.command.length > 0) {
    const after = run.seconds === null ? '' : ` after ${run.seconds} s`;
    yield `${codeSpan(run.command.join(' '))}: ${describeEnd(run)}${after}\n\n`;
  }
  for (const note of run.notes.slice(0, MAX_NOTES)) yield `- ${codeSpan(note)}\n`;
  if (run.notes.length > 0) yield '\n';
}

const WORDS = { error: '**Error**', warning: '**Warning**', note: 'Note' } as const;

function lineOf({ finding, place, subject }: CiItem): string {
  const times = finding.amount > 1 ? ` (${finding.amount}×)` : '';
  const where = place === null ? '' : ` at ${codeSpan(`${place.file}:${place.line}`)}`;
  const tests = subject.kind === 'race' && subject.race.tests.length > 0 ? `, test ${codeSpan(namesOf(subject.race.tests))}` : '';
  return `- ${WORDS[finding.severity]}${times}: ${codeSpan(finding.title)}${where}${tests}\n  - why: ${codeSpan(finding.why)}\n  - next: ${codeSpan(finding.next)}\n`;
}

function detailsOf(item: CiItem, { repository }: CiReport): string {
  const lines = cleanLines(linesOf(item, repository), MAX_LINE);
  if (lines.length === 0) return '';
  const shown = lines.length > MAX_LINES ? [...lines.slice(0, MAX_LINES), `… and ${lines.length - MAX_LINES} more lines`] : lines;
  return `\n  <details><summary>Details</summary>\n\n${codeFence(shown, '  ')}\n  </details>\n\n`;
}

function linesOf({ subject }: CiItem, repository: CiReport['repository']): string[] {
  switch (subject.kind) {
    case 'race':
      return [...raceLines(subject.race, repository)];
    case 'crash':
      return [...crashLines(subject.crash, repository)];
    case 'timeout':
      return [...timeoutLines(subject.timeout, repository)];
    case 'build':
      return [...subject.build.output];
    case 'test':
      return subject.test === null ? [] : [...subject.test.output].slice(-MAX_LINES);
  }
}

/** Text as code within a line, between more backticks than it has in a row. */
export function codeSpan(text: string): string {
  const line = cleanLine(oneLine(text, MAX_SPAN).replaceAll('\t', ' '), MAX_SPAN);
  const mark = '`'.repeat(longestRun(line) + 1);
  const pad = /^`|`$/.test(line) ? ' ' : '';
  return line === '' ? '(empty)' : `${mark}${pad}${line}${pad}${mark}`;
}

/** Lines as a block of code, behind a longer mark than any in them. */
export function codeFence(lines: readonly string[], indent = ''): string {
  const mark = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  const body = lines.map((line) => `${indent}${clip(line, MAX_LINE)}\n`).join('');
  return `${indent}${mark}text\n${body}${indent}${mark}\n`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
}
