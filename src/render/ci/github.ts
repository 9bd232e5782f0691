/**
 * GitHub: annotations as workflow commands (`::error file=F,line=L,title=T::MESSAGE`), the summary of a step, and the commands that
 * keep the runner from taking lines of test output for commands.
 */

import type { CiSeverity } from '../../model/ci.ts';
import { type CiItem, type CiReport, itemsOf } from './items.ts';
import { writeMarkdown } from './markdown.ts';
import { raceLines } from './racetext.ts';
import { cleanLines, clip, countOf, oneLine } from './text.ts';

/** Annotations of one kind that GitHub shows of a step; it drops the rest without a word. */
export const GITHUB_MAX_ANNOTATIONS = 10;
/** Of a step's summary; a larger one is not shown at all. */
export const GITHUB_MAX_SUMMARY_BYTES = 1024 * 1024;
const MAX_TITLE = 200;
const MAX_MESSAGE = 4000;
const MAX_LINE = 400;

const KINDS: Readonly<Record<CiSeverity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

/** Lines for stdout, the most severe first. Where there are more than GitHub shows, the last of a kind says how many. */
export function* writeGitHubCommands(report: CiReport): Generator<string> {
  const items = itemsOf(report);
  for (const severity of ['error', 'warning', 'note'] as const) {
    const own = items.filter(({ finding }) => finding.severity === severity);
    const shown = own.length <= GITHUB_MAX_ANNOTATIONS ? own.length : GITHUB_MAX_ANNOTATIONS - 1;
    for (const item of own.slice(0, shown)) yield writeCommand(KINDS[severity], annotationOf(item, report));
    if (own.length > shown) {
      const rest = countOf(own.length - shown, `more ${KINDS[severity]}`);
      yield writeCommand(KINDS[severity], {
        properties: { title: `goflame: ${rest}` },
        message: `${rest}: see the summary of this step`,
      });
    }
  }
}

export interface Annotation {
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

function annotationOf({ finding, subject, place }: CiItem, { repository }: CiReport): Annotation {
  const more = subject.kind === 'race' ? [...raceLines(subject.race, repository)] : [];
  const lines = [finding.title, finding.why, `Next: ${finding.next}`, `Evidence: ${finding.evidence}`, ...more];
  return {
    properties: {
      ...(place === null ? {} : { file: oneLine(place.file, MAX_LINE * 2), line: String(place.line) }),
      title: oneLine(finding.title, MAX_TITLE),
    },
    message: clip(cleanLines(lines, MAX_LINE).join('\n'), MAX_MESSAGE),
  };
}

/** One line, whatever the texts hold. */
export function writeCommand(kind: string, { properties, message }: Annotation): string {
  const words = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
  return `::${kind}${words.length === 0 ? '' : ` ${words.join(',')}`}::${escapeData(message)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** What is to be appended to the file that GITHUB_STEP_SUMMARY names, in which `used` bytes stand already. */
export function writeStepSummary(report: CiReport, used = 0): string {
  const text = `${used > 0 ? '\n' : ''}${writeMarkdown(report, { bytes: GITHUB_MAX_SUMMARY_BYTES - 1 - used })}`;
  return Buffer.byteLength(text) < GITHUB_MAX_SUMMARY_BYTES - used ? text : '';
}

/** Output that is passed on stands between these: behind the first the runner takes no line for a command until the second. */
export interface StoppedCommands {
  readonly begin: string;
  readonly end: string;
}

/** @param token random, so that no output can hold it: 16 letters and digits or more */
export function stopCommands(token: string): StoppedCommands {
  if (!/^[A-Za-z0-9]{16,}$/.test(token)) throw new Error('a token needs 16 letters and digits or more');
  // output may end within a line
  return { begin: `::stop-commands::${token}\n`, end: `\n::${token}::\n` };
}
