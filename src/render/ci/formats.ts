/** The formats that `goflame ci --format` names, and their files. */

import { UsageError } from '../../base/errors.ts';
import { writeCodeQuality } from './gitlab.ts';
import type { CiReport } from './items.ts';
import { writeJUnit } from './junit.ts';
import { writeMarkdown } from './markdown.ts';
import { writeSarif } from './sarif.ts';

/** Formats that are files, and what each is for. */
export const CI_FILE_FORMATS = {
  junit: 'JUnit XML',
  sarif: 'SARIF 2.1.0',
  gitlab: 'code quality report of GitLab',
  markdown: 'comment',
} as const;
export type CiFileFormat = keyof typeof CI_FILE_FORMATS;

export interface CiFormats {
  readonly files: readonly { readonly format: CiFileFormat; readonly file: string }[];
  /** Annotations and the summary of a step on GitHub. */
  readonly github: boolean;
}

const FILE_NAMES = Object.keys(CI_FILE_FORMATS) as CiFileFormat[];
const EXPECTED = `${FILE_NAMES.map((name) => `${name}=FILE`).join(', ')}, github`;
/** A comma ends a file's name only where another format follows. */
const NEXT = new RegExp(`,(?=(?:${FILE_NAMES.join('|')})=|github(?:,|$))`);

/** `junit=F,sarif=F,github`, any of them in one option or several. @throws UsageError */
export function parseFormats(texts: readonly string[]): CiFormats {
  const files: { format: CiFileFormat; file: string }[] = [];
  let github = false;
  for (const word of texts.flatMap((text) => text.split(NEXT))) {
    if (word === 'github' && !github) {
      github = true;
      continue;
    }
    const at = word.indexOf('=');
    const name = at < 0 ? word : word.slice(0, at);
    const format = FILE_NAMES.find((one) => one === name);
    const isAgain = (name === 'github' && github) || files.some((one) => one.format === name);
    if (isAgain) throw new UsageError(`--format: ${name} is given twice`);
    if (name === 'github') throw new UsageError('--format github takes no file: it prints, and fills the summary of the step');
    if (format === undefined) throw new UsageError(`--format does not know "${name}": use ${EXPECTED}`);
    const file = at < 0 ? '' : word.slice(at + 1);
    if (file === '') throw new UsageError(`--format ${name}: name a file, as ${name}=FILE`);
    const other = files.find((one) => one.file === file);
    if (other !== undefined) throw new UsageError(`--format: ${other.format} and ${name} have one file, ${file}`);
    files.push({ format, file });
  }
  return { files, github };
}

export interface WrittenFormat {
  readonly pieces: Iterable<string>;
  /** What has no form in it, in words; null where nothing was left out. */
  readonly left: string | null;
}

export function writeFormat(format: CiFileFormat, report: CiReport): WrittenFormat {
  switch (format) {
    case 'junit':
      return { pieces: writeJUnit(report), left: null };
    case 'sarif':
      return { pieces: [writeSarif(report)], left: null };
    case 'markdown':
      return { pieces: [writeMarkdown(report)], left: null };
    case 'gitlab': {
      const { text, left } = writeCodeQuality(report);
      return { pieces: [text], left: left === 0 ? null : `${left} without a place in the repository` };
    }
  }
}
