/** Where Zstandard frames end: frames made by Node 22 with several parameters, one behind the other, in pieces of any size. */

import { describe, expect, it } from 'vitest';
import { ZstdFrameEnd } from '../../src/base/zstdframe.ts';

const FRAMES: Readonly<Record<string, string>> = {
  'a few bytes': 'KLUv/SACEQAAYWI=',
  'with its size': 'KLUv/WDMAPUAALhnb3JvdXRpbmUgMSBbcnVubmluZ106CgEAZVWdTQ==',
  'with a checksum': 'KLUv/WTMAPUAALhnb3JvdXRpbmUgMSBbcnVubmluZ106CgEAZVWdTSHrrJ8=',
  'without its size': 'KLUv/QAA9QAAuGdvcm91dGluZSAxIFtydW5uaW5nXToKAQBlVZ1N',
  'three blocks, two of them runs': 'KLUv/aDgkwQAVAAAEGFhAQD7/znAAgIAEGEDnwRh',
  skippable: 'USpNGAIAAAABAg==',
};

describe('a Zstandard frame', () => {
  for (const [name, base64] of Object.entries(FRAMES)) {
    it(`ends where it ends: ${name}`, () => {
      const frame = Buffer.from(base64, 'base64');
      const input = Buffer.concat([frame, Buffer.from('behind it')]);
      for (let step = 1; step <= input.length; step++) {
        const end = new ZstdFrameEnd();
        let length = 0;
        let ended = false;
        for (let at = 0; at < input.length && !ended; at += step) {
          const one = end.push(input.subarray(at, at + step));
          length += one.length;
          ended = one.ended;
        }
        expect({ step, length, ended }).toEqual({ step, length: frame.length, ended: true });
      }
    });

    it(`does not end before: ${name}`, () => {
      const frame = Buffer.from(base64, 'base64');
      for (let length = 0; length < frame.length; length++)
        expect(new ZstdFrameEnd().push(frame.subarray(0, length))).toEqual({ length, ended: false });
    });
  }
});
