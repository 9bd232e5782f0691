/** What `--format` takes. */

import { describe, expect, it } from 'vitest';
import { CI_FILE_FORMATS, type CiFileFormat, parseFormats, writeFormat } from '../../../src/render/ci/formats.ts';
import { makeCrash, makeRace, makeReport } from '../../support/cireport.ts';

describe('--format', () => {
  it('takes formats with files, and github without one', () => {
    expect(parseFormats([])).toEqual({ files: [], github: false });
    expect(parseFormats(['github'])).toEqual({ files: [], github: true });
    expect(parseFormats(['junit=a.xml,sarif=b.sarif,gitlab=c.json,markdown=d.md,github'])).toEqual({
      files: [
        { format: 'junit', file: 'a.xml' },
        { format: 'sarif', file: 'b.sarif' },
        { format: 'gitlab', file: 'c.json' },
        { format: 'markdown', file: 'd.md' },
      ],
      github: true,
    });
    expect(parseFormats(['github', 'junit=a.xml'])).toEqual({ files: [{ format: 'junit', file: 'a.xml' }], github: true });
  });

  it('takes commas and equal signs in names of files', () => {
    expect(parseFormats(['junit=a,b=c.xml,sarif=x,github.sarif']).files).toEqual([
      { format: 'junit', file: 'a,b=c.xml' },
      { format: 'sarif', file: 'x,github.sarif' },
    ]);
  });

  it('says what it does not take', () => {
    for (const [text, message] of [
      ['xml=a', '--format does not know "xml": use junit=FILE, sarif=FILE, gitlab=FILE, markdown=FILE, github'],
      ['', 'does not know ""'],
      ['junit', '--format junit: name a file, as junit=FILE'],
      ['junit=', 'name a file'],
      ['github=a', 'takes no file'],
      ['junit=a,junit=b', 'junit is given twice'],
      ['github,github', 'github is given twice'],
      ['junit=a,sarif=a', 'junit and sarif have one file, a'],
      ['github,', 'does not know'],
    ] as const)
      expect(() => parseFormats([text]), text).toThrow(message);
  });

  it('writes each of them, and tells what has no form in it', () => {
    const report = makeReport({ races: [makeRace()], crashes: [makeCrash({ frames: [] })] });
    for (const format of Object.keys(CI_FILE_FORMATS) as CiFileFormat[]) {
      const { pieces, left } = writeFormat(format, report);
      expect([...pieces].join('')).toContain('TestGuilty');
      expect(left).toBe(format === 'gitlab' ? '1 without a place in the repository' : null);
    }
  });
});
