/** The licences of what is bundled: they go where the code goes, in dist/licenses.txt and within pages. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

interface Licensed {
  readonly name: string;
  readonly version: string;
  /** By its short name, `ISC`. */
  readonly license: string;
  /** The package's licence file; empty where it has none. */
  readonly text: string;
}

/** The packages that files belong to, in the order of their names. */
function packagesOf(files: Iterable<string>): Licensed[] {
  const folders = new Set<string>();
  for (const file of files) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
    if (match !== null) folders.add(match[1]);
  }
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const text = file === undefined ? '' : readFileSync(path.join(folder, file), 'utf8').trim();
    return { name, version, license, text };
  });
}

/** One text with the licence of every package that one of the files belongs to. */
export function gatherLicenses(files: Iterable<string>): string {
  return packagesOf(files)
    .map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** What the Apache licence itself asks to be put beside the code; its whole text is eleven kilobytes. */
const APACHE_NOTICE = `Licensed under the Apache License, Version 2.0; you may not use this code except in compliance with the License, of which
you may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0. Unless required by applicable law or agreed to in
writing, software distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF
ANY KIND, either express or implied.`;

/**
 * The notices of the packages that files belong to, as a comment before a script; equal texts once. Empty where all of
 * the code is the project's own.
 */
export function noticeComment(files: Iterable<string>): string {
  const holders = new Map<string, string[]>();
  for (const { name, version, license, text } of packagesOf(files)) {
    const notice = license === 'Apache-2.0' ? APACHE_NOTICE : text;
    holders.set(notice, [...(holders.get(notice) ?? []), `${name} ${version}`]);
  }
  if (holders.size === 0) return '';
  const blocks = [...holders].map(([notice, names]) => `${names.join(', ')}\n\n${notice.replaceAll('*/', '* /')}`);
  return `/*! This script contains code of the following packages.\n\n${blocks.join('\n\n')}\n*/\n`;
}
