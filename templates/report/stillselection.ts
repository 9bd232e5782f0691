/**
 * Stands for d3-transition when the page is bundled: what d3-flame-graph would move over time is in its place at once.
 * No timers, no interpolation of thousands of frames, and nothing that moves on its own.
 */

import { selection } from 'd3-selection';

type Still = { [name in 'transition' | 'duration' | 'ease' | 'delay']: () => unknown };

const still = selection.prototype as unknown as Still;
for (const name of ['transition', 'duration', 'ease', 'delay'] as const) {
  still[name] = function (this: unknown) {
    return this;
  };
}
