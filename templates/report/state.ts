/** What somebody looks at, as plain data; and the same as text behind the `#` of the page's address. */

import type { SearchTerm } from '../flamegraph/search.ts';
import type { SiblingOrder } from './arrange.ts';
import type { Coloring } from './paint.ts';
import { COLORINGS } from './paint.ts';

export type Theme = 'auto' | 'light' | 'dark';

/** Everything that a link has to say. Frames and functions are named by their texts, nodes by their place in the tree. */
export interface ViewState {
  readonly subject: number;
  readonly view: number;
  readonly theme: Theme;
  // ---- the flame view ----
  readonly icicle: boolean;
  readonly direction: 'callees' | 'callers';
  /** Null for the data's own: by time where there is time, else by name. */
  readonly order: SiblingOrder | null;
  readonly coloring: Coloring | null;
  readonly zoom: Zoom;
  /** The same among the callers, where all is arranged around a function. */
  readonly zoomAbove: Zoom;
  /** The function that all is arranged around; null for none. */
  readonly around: string | null;
  readonly focus: string | null;
  readonly hidden: readonly string[];
  readonly ownOnly: boolean;
  readonly foldRecursion: boolean;
  readonly foldWrappers: boolean;
  readonly term: SearchTerm | null;
  // ---- time ----
  /** The part of time that the timeline shows; null for all. */
  readonly time: TimeSpan | null;
  /** What is selected of it: the flame view shows its stacks alone. */
  readonly window: TimeSpan | null;
  // ---- tables ----
  /** Column and direction, `-1` for the order given; null for the table's own choice. */
  readonly sort: { readonly column: number; readonly down: boolean } | null;
  readonly filter: string;
}

/** A frame of the tree, or several neighbours: those from `node` up to `until`; 0 stands for the end of the one frame. */
export interface Zoom {
  readonly node: number;
  readonly until: number;
}

/** Nanoseconds since the timeline's begin; whole numbers. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

export const WHOLE: Zoom = { node: 0, until: 0 };

export const START: ViewState = {
  subject: 0,
  view: 0,
  theme: 'auto',
  icicle: true,
  direction: 'callees',
  order: null,
  coloring: null,
  zoom: WHOLE,
  zoomAbove: WHOLE,
  around: null,
  focus: null,
  hidden: [],
  ownOnly: false,
  foldRecursion: false,
  foldWrappers: false,
  term: null,
  time: null,
  window: null,
  sort: null,
  filter: '',
};

/** The keys of an address, each with how it is written and read; what is as at the start is left out. */
interface Key {
  readonly key: string;
  readonly write: (state: ViewState) => string | readonly string[] | null;
  readonly read: (values: readonly string[]) => Partial<ViewState>;
}

function flag(key: string, name: 'ownOnly' | 'foldRecursion' | 'foldWrappers'): Key {
  return { key, write: (state) => (state[name] ? '1' : null), read: ([value]) => ({ [name]: value === '1' }) };
}

function choice<T extends string>(allowed: readonly T[], value: string, fallback: T): T {
  return allowed.find((one) => one === value) ?? fallback;
}

function whole(value: string): number {
  return /^\d{1,9}$/.test(value) ? Number(value) : 0;
}

const ORDERS: readonly SiblingOrder[] = ['name', 'width', 'time'];

function writeZoom({ node, until }: Zoom): string | null {
  if (until > 0) return `${node}-${until}`;
  return node > 0 ? `${node}` : null;
}

function readZoom(value: string): Zoom {
  const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(value);
  return match === null ? WHOLE : { node: Number(match[1]), until: Number(match[2] ?? 0) };
}

const KEYS: readonly Key[] = [
  { key: 'in', write: ({ subject }) => (subject > 0 ? `${subject}` : null), read: ([value]) => ({ subject: whole(value) }) },
  { key: 'view', write: ({ view }) => (view > 0 ? `${view}` : null), read: ([value]) => ({ view: whole(value) }) },
  {
    key: 'theme',
    write: ({ theme }) => (theme === 'auto' ? null : theme),
    read: ([value]) => ({ theme: choice<Theme>(['light', 'dark'], value, 'auto') }),
  },
  { key: 'flame', write: ({ icicle }) => (icicle ? null : '1'), read: ([value]) => ({ icicle: value !== '1' }) },
  {
    key: 'from',
    write: ({ direction }) => (direction === 'callers' ? 'leaves' : null),
    read: ([value]) => ({ direction: value === 'leaves' ? 'callers' : 'callees' }),
  },
  {
    key: 'order',
    write: ({ order }) => order,
    read: ([value]) => ({ order: ORDERS.find((one) => one === value) ?? null }),
  },
  {
    key: 'color',
    write: ({ coloring }) => coloring,
    read: ([value]) => ({ coloring: COLORINGS.map(([name]) => name).find((name) => name === value) ?? null }),
  },
  { key: 'at', write: ({ zoom }) => writeZoom(zoom), read: ([value]) => ({ zoom: readZoom(value) }) },
  { key: 'above', write: ({ zoomAbove }) => writeZoom(zoomAbove), read: ([value]) => ({ zoomAbove: readZoom(value) }) },
  { key: 'around', write: ({ around }) => around, read: ([value]) => ({ around: value }) },
  { key: 'focus', write: ({ focus }) => focus, read: ([value]) => ({ focus: value }) },
  { key: 'hide', write: ({ hidden }) => hidden, read: (values) => ({ hidden: values }) },
  flag('own', 'ownOnly'),
  flag('rec', 'foldRecursion'),
  flag('wrap', 'foldWrappers'),
  {
    key: 's',
    write: ({ term }) => (term === null ? null : `${term.ignoreCase ? 'i' : ''}${term.plain ? 'p' : ''}:${term.text}`),
    read: ([value]) => ({ term: readTerm(value) }),
  },
  { key: 'time', write: ({ time }) => writeSpan(time), read: ([value]) => ({ time: readSpan(value) }) },
  { key: 'window', write: ({ window }) => writeSpan(window), read: ([value]) => ({ window: readSpan(value) }) },
  {
    key: 'sort',
    write: ({ sort }) => (sort === null ? null : `${sort.down ? '-' : ''}${sort.column}`),
    read: ([value]) => ({ sort: /^-?\d{1,3}$/.test(value) ? { column: Math.abs(Number(value)), down: value[0] === '-' } : null }),
  },
  { key: 'filter', write: ({ filter }) => (filter === '' ? null : filter), read: ([value]) => ({ filter: value }) },
];

function writeSpan(span: TimeSpan | null): string | null {
  return span === null ? null : `${span.from}-${span.to}`;
}

function readSpan(value: string): TimeSpan | null {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(value);
  if (match === null || Number(match[2]) <= Number(match[1])) return null;
  return { from: Number(match[1]), to: Number(match[2]) };
}

function readTerm(value: string): SearchTerm | null {
  const colon = value.indexOf(':');
  const text = value.slice(colon + 1);
  if (colon < 0 || text === '') return null;
  const modes = value.slice(0, colon);
  return { text, ignoreCase: modes.includes('i'), plain: modes.includes('p') };
}

/** `#in=1&at=12…`; empty for the state at the start. */
export function writeHash(state: ViewState): string {
  const query = new URLSearchParams();
  for (const { key, write } of KEYS) {
    const value = write(state);
    for (const one of value === null ? [] : typeof value === 'string' ? [value] : value) query.append(key, one);
  }
  const text = query.toString();
  return text === '' ? '' : `#${text}`;
}

/** Whatever it says, the state is one that the page can show. */
export function readHash(hash: string): ViewState {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  let state = START;
  for (const { key, read } of KEYS) {
    const values = query.getAll(key);
    if (values.length > 0) state = { ...state, ...read(values) };
  }
  return state;
}
