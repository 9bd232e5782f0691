/** Text profiles with counts (debug=1): goroutine, goroutineleak, threadcreate, with and without labels. */

import { describe, expect, it } from 'vitest';
import { framesOf, profilesOf, readText } from '../support/read.ts';

const RECORDS =
  '3 @ 0x43b0f6 0x4347d9 0x4a1b2c\n# labels: {"role":"main", "quote":"say \\"hi\\""}\n#\t0x4a1b2b\tmain.(*Q[...]).pop+0x6b\t/src/q.go:12\n#\t0x4a1c00\tmain.worker+0x20\t\t/src/w.go:30\n\n' +
  '1 @ 0x43b0f6\n#\t0x43b0f5\truntime.gopark+0xd5\t/go/proc.go:398\n\n2 @\n';

describe('a count profile', () => {
  for (const name of ['goroutine', 'goroutineleak', 'threadcreate']) {
    it(`of ${name}`, () => {
      const evidence = readText(`${name} profile: total 6\n${RECORDS}`);
      const [profile] = profilesOf(evidence);
      expect(profile).toMatchObject({ name, total: 6, line: 1 });
      expect(profile.records.map(({ count }) => count)).toEqual([3, 1, 2]);
      expect(profile.records[0].labels).toEqual({ role: 'main', quote: 'say "hi"' });
      expect(framesOf(evidence.stacks, profile.records[0].stack)).toEqual([
        'main.(*Q[...]).pop /src/q.go:12',
        'main.worker /src/w.go:30',
      ]);
    });
  }

  it('says how many goroutines are missing when it is cut', () => {
    const evidence = readText('goroutine profile: total 9\n3 @ 0x1\n#\t0x1\tmain.f+0x1\t/a.go:1\n');
    expect(evidence.problems).toMatchObject([{ severity: 'error' }]);
    expect(profilesOf(evidence)[0].records).toHaveLength(1);
  });

  it('is found behind other text, and twice in one stream', () => {
    const one = `goroutine profile: total 6\n${RECORDS}`;
    expect(profilesOf(readText(`HTTP/1.1 200 OK\n\n${one}\n${one}`)).map(({ records }) => records.length)).toEqual([3, 3]);
  });
});
