/** Markdown of a comment: within its size, and readable. */

import { describe, expect, it } from 'vitest';
import { COMMENT_MAX_CHARACTERS, codeFence, codeSpan, writeMarkdown } from '../../../src/render/ci/markdown.ts';
import { makeCrash, makeRace, makeReport, makeTest, makeTimeout } from '../../support/cireport.ts';
import { readMarkdown } from '../../support/markdown.ts';

describe('Markdown', () => {
  it('has a line for each finding, with its place and its test, and details behind it', () => {
    const text = writeMarkdown(makeReport({ races: [makeRace()], crashes: [makeCrash()], timeouts: [makeTimeout()] }));
    const { code, html, kinds } = readMarkdown(text);
    expect(code).toContain('go test -race ./...');
    expect(code).toContain('new data race: read in p.TestGuilty.func1, write in p.TestGuilty.func2');
    expect(code).toContain('p/p_test.go:11');
    expect(code.filter((block) => block.includes('\n'))).toHaveLength(3);
    expect(html[0]).toBe('<!-- goflame ci -->');
    expect(html.filter((tag) => tag.includes('<details>'))).toHaveLength(3);
    expect(html.filter((tag) => tag.includes('</details>'))).toHaveLength(3);
    const ours = ['heading_open', 'paragraph_open', 'bullet_list_open', 'list_item_open', 'strong_open'];
    expect(kinds).toEqual(new Set(ours));
    expect(text).not.toContain('more finding');
  });

  it('says that there are none', () => {
    expect(writeMarkdown(makeReport({}))).toContain('No findings.');
  });

  it('keeps within 65,536 characters, and ends with how many findings had no room', () => {
    const output = Array.from({ length: 80 }, (_, at) => `line ${at} ${'x'.repeat(at)}`);
    for (const count of [1, 10, 20, 400]) {
      const tests = Array.from({ length: count }, (_, at) => makeTest(`Test${at}`, { outcome: 'fail', output }));
      const text = writeMarkdown(makeReport({ tests: { tests } }));
      expect(text.length).toBeLessThanOrEqual(COMMENT_MAX_CHARACTERS);
      const listed = text.match(/\*\*Error\*\*/g)?.length ?? 0;
      const left = Number(/… and (\d+) more finding/.exec(text)?.[1] ?? 0);
      expect(listed + left).toBe(count);
      expect(left > 0).toBe(count === 400);
    }
  });

  it('keeps to every limit that is given, and never tears a block', () => {
    const report = makeReport({ races: Array.from({ length: 40 }, (_, at) => makeRace({ fingerprint: `v2:${at}` })) });
    for (let characters = 300; characters < 9000; characters += 61) {
      const text = writeMarkdown(report, { characters });
      expect(text.length).toBeLessThanOrEqual(characters);
      expect(text.match(/<details>/g)?.length ?? 0).toBe(text.match(/<\/details>/g)?.length ?? 0);
      expect(text.match(/^ *```/gm)?.length ?? 0).toBe(2 * (text.match(/<details>/g)?.length ?? 0));
    }
  });

  it('code spans and fences are longer than what is in them', () => {
    for (const text of ['`', '``', 'a`b', '`a', 'a``', '```` x `', '\\`', ' ` ', '$`x`$']) {
      expect(readMarkdown(`- x ${codeSpan(text)} y`).code).toEqual([text.trim()]);
      expect(readMarkdown(codeFence([text, '```', '~~~'])).code).toEqual([`${text}\n\`\`\`\n~~~\n`]);
    }
    expect(codeSpan(' \n ')).toBe('(empty)');
  });
});
