/** The script inside a timeline. It finds its own picture and changes nothing until somebody uses it. */

import { ownPicture } from '../flamegraph/dom.ts';
import { TimelineView } from './view.ts';

const picture = ownPicture('svg.goflame.timeline');
if (picture !== null) new TimelineView(picture).start();
