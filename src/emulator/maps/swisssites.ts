/** The stacks inside the runtime while a Swiss map is used: internal/runtime/maps, Go 1.24 and later. */

import type { CallFrame } from '../../model/stacks.ts';
import type { SiteTable } from '../sites.ts';
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
import { SWISS_LINES } from './swisslines.ts';

type LineKey = keyof typeof SWISS_LINES;

const PACKAGE = 'internal/runtime/maps';
/** Functions on one group or table that have variants by keys, and what these add to the name. */
const VARIANTS: Readonly<Record<KeySuffix, string>> = { _fast32: 'Fast32', _fast64: 'Fast64', _faststr: 'FastStr', '': '' };

/** Making a table: its groups, the control bytes of these, and, where entries come from another one, putting them in. */
export interface TableSites {
  readonly groups: AllocationSites;
  readonly ctrls: number;
  readonly move: number;
}

export interface SwissSites {
  readonly assign: WriteSites & {
    readonly small: { readonly first: AllocationSites; readonly probe: number; readonly store: number; readonly fault: number };
    readonly unchecked: number;
    readonly prune: number;
    readonly toTable: TableSites & { readonly directory: AllocationSites };
    readonly grow: TableSites & { readonly install: number };
    readonly split: TableSites & {
      readonly right: AllocationSites;
      readonly directory: AllocationSites;
      readonly install: number;
    };
  };
  readonly remove: WriteSites & { readonly smallProbe: number; readonly smallStore: number };
  readonly access1: ReadSites;
  readonly access2: ReadSites;
  readonly clear: Omit<WriteSites, 'hash' | 'probe'> & { readonly small: number };
  readonly iterStart: { readonly entry: number; readonly body: number };
  readonly iterFirst: ReadSites;
  readonly iterNext: ReadSites;
  readonly make: { readonly header: AllocationSites; readonly directory: AllocationSites; readonly table: TableSites };
}

class Frames {
  readonly suffix: KeySuffix;
  readonly query: SitesQuery;
  private readonly table: SiteTable;

  constructor(table: SiteTable, query: SitesQuery) {
    this.table = table;
    this.query = query;
    this.suffix = KEY_SUFFIX[query.keys];
  }

  line(key: string): number {
    return SWISS_LINES[key as LineKey][this.query.release - 24];
  }

  /** A function that the compiler calls. Its file has `_swiss` in its name as long as there were two kinds of maps. */
  runtime(name: string, place: string, isInternal = true): CallFrame {
    const old = this.query.release < 26 ? '_swiss' : '';
    const file = isInternal ? `${PACKAGE}/runtime${this.suffix}${old}.go` : `runtime/map${old}.go`;
    const suffix = isInternal ? this.suffix : '';
    return frame(`runtime.${name}${suffix}`, file, this.line(`${name}${suffix} ${place}`));
  }

  /** A function of the package; `receiver` is a type, or empty. */
  maps(receiver: '' | 'Map' | 'table' | 'Iter', name: string, key: string): CallFrame {
    const file = receiver === 'Map' || name === 'NewMap' ? 'map.go' : name === 'newGroups' ? 'group.go' : 'table.go';
    return frame(`${PACKAGE}.${receiver === '' ? '' : `(*${receiver}).`}${name}`, `${PACKAGE}/${file}`, this.line(key));
  }

  /** A variant by keys, in the file of these: `(*Map).putSlotSmallFast64`. */
  variant(receiver: 'Map' | 'table', name: string, key: string): CallFrame {
    const own = VARIANTS[this.suffix];
    if (own === '') return this.maps(receiver, name, `mapassign ${key}`);
    const { file } = this.runtime('mapassign', 'entry');
    return frame(`${PACKAGE}.(*${receiver}).${name}${own}`, file ?? '', this.line(`mapassign${this.suffix} ${key}`));
  }

  site(...frames: readonly CallFrame[]): number {
    return this.table.intern(frames);
  }

  fault(...frames: readonly CallFrame[]): number {
    return this.table.intern([frame(`${PACKAGE}.fatal`, 'runtime/panic.go', this.line('fatal')), ...frames]);
  }

  groups(...callers: readonly CallFrame[]): AllocationSites {
    const { release, pointers } = this.query;
    const array = frame(`${PACKAGE}.newarray`, 'runtime/malloc.go', this.line('maps.newarray'));
    const groups = this.maps('', 'newGroups', 'newGroups newarray');
    return allocationSites(this.table, { release, pointers, by: 'newarray' }, [array, groups, ...callers]);
  }

  /** Small things with pointers: a directory, the map's header. */
  object(by: 'newobject' | 'makeslice', ...callers: readonly CallFrame[]): AllocationSites {
    return allocationSites(this.table, { release: this.query.release, pointers: true, by }, callers);
  }

  /** A table that is made by these callers; `maker` calls newTable. */
  tableGroups(maker: CallFrame, below: readonly CallFrame[]): AllocationSites {
    return this.groups(
      this.maps('table', 'reset', 'reset newGroups'),
      this.maps('', 'newTable', 'newTable reset'),
      maker,
      ...below,
    );
  }

  newTable(maker: CallFrame, mover: CallFrame, below: readonly CallFrame[]): TableSites {
    const reset = [this.maps('table', 'reset', 'reset ctrls'), this.maps('', 'newTable', 'newTable reset')];
    return {
      groups: this.tableGroups(maker, below),
      ctrls: this.site(...reset, maker, ...below),
      move: this.site(this.maps('table', 'uncheckedPutSlot', 'uncheckedPutSlot store'), mover, ...below),
    };
  }
}

function readSites(f: Frames, name: string): ReadSites {
  if (name === 'mapaccess1' && f.line(`${name}${f.suffix} access2`) > 0) {
    const caller = f.runtime(name, 'access2');
    return {
      entry: f.site(f.runtime('mapaccess2', 'entry'), caller),
      check: f.fault(f.runtime('mapaccess2', 'check'), caller),
      probe: f.site(f.runtime('mapaccess2', 'probe'), caller),
    };
  }
  return {
    entry: f.site(f.runtime(name, 'entry')),
    check: f.fault(f.runtime(name, 'check')),
    probe: f.site(f.runtime(name, 'probe')),
  };
}

type AssignSites = SwissSites['assign'];

function inAssign(f: Frames, place: string): CallFrame {
  return f.runtime('mapassign', place);
}

function smallSites(f: Frames): AssignSites['small'] {
  const caller = inAssign(f, 'putSlotSmall');
  const put = (place: string) => f.variant('Map', 'putSlotSmall', `small ${place}`);
  return {
    first: f.groups(f.maps('Map', 'growToSmall', 'growToSmall newGroups'), inAssign(f, 'growToSmall')),
    probe: f.site(put('probe'), caller),
    store: f.site(put('store'), caller),
    // Since 1.27 a full group makes a table, whoever filled it meanwhile.
    fault: f.query.release >= 27 ? 0 : f.fault(put('fatal'), caller),
  };
}

function toTableSites(f: Frames): AssignSites['toTable'] {
  const caller = inAssign(f, 'growToTable');
  const at = (place: string) => f.maps('Map', 'growToTable', `growToTable ${place}`);
  return {
    ...f.newTable(at('newTable'), at('move'), [caller]),
    directory: f.object('newobject', at('directory'), caller),
  };
}

function growSites(f: Frames): AssignSites['grow'] {
  const below = [f.maps('table', 'rehash', 'rehash grow'), inAssign(f, 'rehash')];
  const at = (place: string) => f.maps('table', 'grow', `grow ${place}`);
  return {
    ...f.newTable(at('newTable'), at('move'), below),
    install: f.site(f.maps('Map', 'replaceTable', 'replaceTable'), at('replaceTable'), ...below),
  };
}

function splitSites(f: Frames): AssignSites['split'] {
  const below = [f.maps('table', 'rehash', 'rehash split'), inAssign(f, 'rehash')];
  const at = (place: string) => f.maps('table', 'split', `split ${place}`);
  return {
    ...f.newTable(at('newTable'), at('move'), below),
    right: f.tableGroups(at('newTable right'), below),
    directory: f.object('makeslice', f.maps('Map', 'installTableSplit', 'installTableSplit directory'), at('install'), ...below),
    install: f.site(f.maps('Map', 'installTableSplit', 'installTableSplit'), at('install'), ...below),
  };
}

function assignSites(f: Frames): AssignSites {
  const at = (place: string) => inAssign(f, place);
  const { release } = f.query;
  // The function for generic keys grows at once.
  const prunes = f.suffix !== '' && release >= 25;
  const unchecked = () => f.site(f.variant('table', 'uncheckedPutSlotForAssign', 'unchecked store'), at('unchecked'));
  return {
    entry: f.site(at('entry')),
    check: f.fault(at('check')),
    hash: f.site(at('hash')),
    flag: f.site(at('flag')),
    probe: f.site(at('probe')),
    store: f.site(at('store')),
    end: f.site(at('end')),
    endFault: f.fault(at('end')),
    small: smallSites(f),
    unchecked: release >= 27 ? unchecked() : 0,
    prune: prunes ? f.site(f.maps('table', 'pruneTombstones', 'pruneTombstones'), at('pruneTombstones')) : 0,
    toTable: toTableSites(f),
    grow: growSites(f),
    split: splitSites(f),
  };
}

function removeSites(f: Frames): SwissSites['remove'] {
  const isInternal = f.suffix !== '';
  const caller = f.runtime('mapdelete', 'Delete', isInternal);
  const at = (place: string) => f.maps('Map', 'Delete', `Map.Delete ${place}`);
  return {
    entry: f.site(f.runtime('mapdelete', 'entry', isInternal)),
    check: f.fault(at('check'), caller),
    hash: f.site(at('hash'), caller),
    flag: f.site(at('flag'), caller),
    probe: f.site(f.maps('table', 'Delete', 'table.Delete probe'), at('table'), caller),
    store: f.site(f.maps('table', 'Delete', 'table.Delete store'), at('table'), caller),
    smallProbe: f.site(f.maps('Map', 'deleteSmall', 'deleteSmall probe'), at('small'), caller),
    smallStore: f.site(f.maps('Map', 'deleteSmall', 'deleteSmall store'), at('small'), caller),
    end: f.site(at('end'), caller),
    endFault: f.fault(at('end'), caller),
  };
}

function clearSites(f: Frames): SwissSites['clear'] {
  const caller = f.runtime('mapclear', 'Clear', false);
  const at = (place: string) => f.maps('Map', 'Clear', `Map.Clear ${place}`);
  return {
    entry: f.site(f.runtime('mapclear', 'entry', false)),
    check: f.fault(at('check'), caller),
    flag: f.site(at('flag'), caller),
    small: f.site(f.maps('Map', 'clearSmall', 'clearSmall'), at('small'), caller),
    store: f.site(f.maps('table', 'Clear', 'table.Clear'), at('table'), caller),
    end: f.site(at('end'), caller),
    endFault: f.fault(at('end'), caller),
  };
}

function nextSites(f: Frames, name: string): ReadSites {
  const caller = f.runtime(name, 'Next', false);
  return {
    entry: f.site(f.runtime(name, 'entry', false)),
    check: f.fault(f.maps('Iter', 'Next', 'Iter.Next check'), caller),
    probe: f.site(f.maps('Iter', 'Next', 'Iter.Next body'), caller),
  };
}

function makeSites(f: Frames): SwissSites['make'] {
  const caller = f.runtime('makemap', 'NewMap', false);
  const at = (place: string) => f.maps('', 'NewMap', `NewMap ${place}`);
  return {
    header: f.object('newobject', at('newobject'), caller),
    directory: f.object('makeslice', at('makeslice'), caller),
    table: f.newTable(at('newTable'), at('newTable'), [caller]),
  };
}

function swissSites(table: SiteTable, query: SitesQuery): SwissSites {
  const f = new Frames(table, query);
  return {
    assign: assignSites(f),
    remove: removeSites(f),
    access1: readSites(f, 'mapaccess1'),
    access2: readSites(f, 'mapaccess2'),
    clear: clearSites(f),
    iterStart: {
      entry: f.site(f.runtime('mapIterStart', 'entry', false)),
      body: f.site(f.maps('Iter', 'Init', 'Iter.Init'), f.runtime('mapIterStart', 'Init', false)),
    },
    iterFirst: nextSites(f, 'mapIterStart'),
    iterNext: nextSites(f, 'mapIterNext'),
    make: makeSites(f),
  };
}

/** All sites of Swiss maps with such keys. */
export const SWISS_SITES = new SiteCache(swissSites);
