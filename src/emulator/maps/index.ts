/** Maps by kind. */

import { checkMapKind } from '../version.ts';
import { ClassicMap } from './classic.ts';
import type { EmulatedMap, MapSpec, MapWorld } from './map.ts';
import { SwissMap } from './swiss.ts';

/** A new map. @throws UsageError for a kind that the release does not have, and for sizes that a map cannot have */
export function makeMap(spec: MapSpec, world: MapWorld): EmulatedMap {
  checkMapKind(spec.kind, world.release);
  return spec.kind === 'classic' ? new ClassicMap(spec, world) : new SwissMap(spec, world);
}
