/** The stacks inside the runtime while a classic map is used: runtime/map.go and its fast variants, Go 1.19 to 1.25. */

import type { CallFrame } from '../../model/stacks.ts';
import type { SiteTable } from '../sites.ts';
import { CLASSIC_LINES } from './classiclines.ts';
import {
  type AllocationSites,
  allocationSites,
  frame,
  KEY_SUFFIX,
  type KeySuffix,
  type ReadSites,
  SiteCache,
  type SitesQuery,
  type WriteSites,
} from './frames.ts';

type LineKey = keyof typeof CLASSIC_LINES;

/** Evacuating the bucket in use, or the next one. */
export interface EvacuateSites {
  readonly move: number;
  readonly advance: number;
  readonly overflow: AllocationSites;
}

/** A function that works on a growing map before it goes on. */
export interface GrowWorkSites {
  readonly used: EvacuateSites;
  readonly next: EvacuateSites;
}

export interface ClassicSites {
  readonly assign: WriteSites & {
    readonly first: AllocationSites;
    readonly hashGrow: number;
    readonly grow: AllocationSites;
    readonly overflow: AllocationSites;
  };
  readonly assignWork: GrowWorkSites;
  readonly remove: WriteSites;
  readonly removeWork: GrowWorkSites;
  readonly access1: ReadSites;
  readonly access2: ReadSites;
  readonly clear: Omit<WriteSites, 'hash' | 'probe'>;
  readonly iterStart: { readonly entry: number; readonly body: number; readonly next: ReadSites };
  readonly iterNext: ReadSites;
  readonly make: { readonly header: AllocationSites; readonly buckets: AllocationSites };
}

/** The frames of one release for one kind of keys, interned in one table. */
class Frames {
  readonly suffix: KeySuffix;
  private readonly table: SiteTable;
  private readonly query: SitesQuery;

  constructor(table: SiteTable, query: SitesQuery) {
    this.table = table;
    this.query = query;
    this.suffix = KEY_SUFFIX[query.keys];
  }

  /** The frame of a function at a place in it; `mapassign`, `mapdelete`, … get the suffix of the keys. */
  at(name: string, place: string, suffix: string = this.suffix): CallFrame {
    const { release } = this.query;
    const file = `runtime/map${suffix}${release >= 24 ? '_noswiss' : ''}.go`;
    const method = name === 'newoverflow' ? '(*hmap).newoverflow' : `${name}${suffix}`;
    return frame(`runtime.${method}`, file, CLASSIC_LINES[`${name}${suffix} ${place}` as LineKey][release - 19]);
  }

  site(...frames: readonly CallFrame[]): number {
    return this.table.intern(frames);
  }

  /** The site of a throw. */
  fault(...frames: readonly CallFrame[]): number {
    const { release } = this.query;
    return this.table.intern([frame('runtime.fatal', 'runtime/panic.go', CLASSIC_LINES.fatal[release - 19]), ...frames]);
  }

  allocation(by: 'newobject' | 'newarray', ...callers: readonly CallFrame[]): AllocationSites {
    const { release, pointers } = this.query;
    return allocationSites(this.table, { release, pointers, by }, callers);
  }

  overflow(...callers: readonly CallFrame[]): AllocationSites {
    return this.allocation('newobject', this.at('newoverflow', 'newobject', ''), ...callers);
  }
}

function writeSites(f: Frames, name: string): WriteSites {
  const at = (place: string) => f.site(f.at(name, place));
  return {
    entry: at('entry'),
    check: f.fault(f.at(name, 'check')),
    hash: at('hash'),
    flag: at('flag'),
    probe: at('probe'),
    store: at('store'),
    end: at('end'),
    endFault: f.fault(f.at(name, 'end')),
  };
}

function readSites(f: Frames, name: string, suffix: string, callers: readonly CallFrame[] = []): ReadSites {
  const body = name === 'mapiternext' ? 'body' : 'probe';
  return {
    entry: f.site(f.at(name, 'entry', suffix), ...callers),
    check: f.fault(f.at(name, 'check', suffix), ...callers),
    probe: f.site(f.at(name, body, suffix), ...callers),
  };
}

function evacuateSites(f: Frames, place: string, caller: CallFrame): EvacuateSites {
  const work = [f.at('growWork', place), caller];
  return {
    move: f.site(f.at('evacuate', 'move'), ...work),
    advance: f.site(f.at('evacuate', 'advance'), ...work),
    overflow: f.overflow(f.at('evacuate', 'newoverflow'), ...work),
  };
}

function growWorkSites(f: Frames, name: string): GrowWorkSites {
  const caller = f.at(name, 'growWork');
  return { used: evacuateSites(f, 'used', caller), next: evacuateSites(f, 'next', caller) };
}

function assignSites(f: Frames): ClassicSites['assign'] {
  const growing = f.at('mapassign', 'hashGrow');
  const array = f.at('makeBucketArray', 'newarray', '');
  return {
    ...writeSites(f, 'mapassign'),
    first: f.allocation('newobject', f.at('mapassign', 'newobject')),
    hashGrow: f.site(f.at('hashGrow', 'body', ''), growing),
    grow: f.allocation('newarray', array, f.at('hashGrow', 'makeBucketArray', ''), growing),
    overflow: f.overflow(f.at('mapassign', 'newoverflow')),
  };
}

function clearSites(f: Frames): ClassicSites['clear'] {
  const at = (place: string) => f.at('mapclear', place, '');
  return {
    entry: f.site(at('entry')),
    check: f.fault(at('check')),
    flag: f.site(at('flag')),
    store: f.site(at('body')),
    end: f.site(at('end')),
    endFault: f.fault(at('end')),
  };
}

function classicSites(table: SiteTable, query: SitesQuery): ClassicSites {
  const f = new Frames(table, query);
  const starting = f.at('mapiterinit', 'mapiternext', '');
  return {
    assign: assignSites(f),
    assignWork: growWorkSites(f, 'mapassign'),
    remove: writeSites(f, 'mapdelete'),
    removeWork: growWorkSites(f, 'mapdelete'),
    access1: readSites(f, 'mapaccess1', f.suffix),
    access2: readSites(f, 'mapaccess2', f.suffix),
    clear: clearSites(f),
    iterStart: {
      entry: f.site(f.at('mapiterinit', 'entry', '')),
      body: f.site(f.at('mapiterinit', 'body', '')),
      next: readSites(f, 'mapiternext', '', [starting]),
    },
    iterNext: readSites(f, 'mapiternext', ''),
    make: {
      header: f.allocation('newobject', f.at('makemap', 'newobject', '')),
      buckets: f.allocation('newarray', f.at('makeBucketArray', 'newarray', ''), f.at('makemap', 'makeBucketArray', '')),
    },
  };
}

/** All sites of classic maps with such keys. */
export const CLASSIC_SITES = new SiteCache(classicSites);
