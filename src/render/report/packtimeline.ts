/** A timeline as a page holds it: what is drawn from, and what is told of each hotspot. */

import { NO_STACK } from '../../model/stacks.ts';
import type { Hotspot } from '../../model/traceanalysis.ts';
import { hotspotNotes, isSure } from '../sureness.ts';
import { describeMerging } from '../timeline/facts.ts';
import { describeStarved, makePicture } from '../timeline/makepicture.ts';
import { encodePicture, type TimelineData } from '../timeline/timelinedata.ts';
import { formatDuration } from '../units.ts';
import { showControls } from '../xml.ts';
import { frameLine } from './cells.ts';
import type { TimelineReportView } from './model.ts';

/** The page fits the picture to its own width; this one is for the places of marks at first. */
const WIDTH = 1200;
const FRAMES = 12;

/** A hotspot as the view tells of it. */
export interface HotspotText {
  readonly rank: number;
  readonly facts: readonly string[];
  readonly stack: readonly string[];
}

export interface PackedTimeline {
  readonly kind: 'timeline';
  readonly about: string;
  readonly picture: TimelineData;
  readonly hotspots: readonly HotspotText[];
}

export function packTimeline({ timeline, stacks }: TimelineReportView): PackedTimeline {
  const picture = encodePicture(makePicture(timeline, { width: WIDTH, top: 0, below: 0 }));
  return {
    kind: 'timeline',
    about: describeMerging(timeline),
    picture: JSON.parse(JSON.stringify(picture), (_key, value) =>
      typeof value === 'string' ? showControls(value) : value,
    ) as TimelineData,
    hotspots: timeline.hotspots.map((hotspot) => ({
      rank: hotspot.rank,
      facts: factsOf(hotspot).map(showControls),
      stack:
        hotspot.stack === NO_STACK
          ? []
          : stacks
              .framesAt(hotspot.stack)
              .slice(0, FRAMES)
              .map((frame) => showControls(frameLine(frame))),
    })),
  };
}

function factsOf(hotspot: Hotspot): string[] {
  const { kind, confidence, proc, heldNs, startNs, goroutine, entry, samples } = hotspot;
  const sure = isSure(hotspot) ? kind : `${kind} (${confidence === 'none' ? 'a guess' : 'not sure'})`;
  return [
    `${sure}, ${formatDuration(heldNs)} on P${proc} from ${formatDuration(startNs)}`,
    `goroutine ${goroutine}${entry === '' ? '' : ` (${entry})`}`,
    describeStarved(hotspot),
    ...(samples > 0 ? [`${samples} CPU sample${samples === 1 ? '' : 's'}`] : []),
    ...hotspotNotes(hotspot),
  ];
}
