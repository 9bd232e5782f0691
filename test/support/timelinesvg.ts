/** Pictures of timelines in tests. */

import type { Timeline } from '../../src/model/timeline.ts';
import { type TimelineSvgOptions, writeTimeline } from '../../src/render/timeline/timeline.ts';

export function drawTimelineSvg(timeline: Timeline, options: TimelineSvgOptions = {}): string {
  return [...writeTimeline(timeline, options)].join('');
}
