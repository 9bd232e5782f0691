/**
 * The script inside a flame graph. It finds its own picture, so that several can stand in one page, and changes
 * nothing until somebody uses it.
 */

import { ownPicture } from './dom.ts';
import { FlameView } from './view.ts';

const picture = ownPicture('svg.goflame:not(.timeline)');
if (picture !== null) new FlameView(picture).start();
