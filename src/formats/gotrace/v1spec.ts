/**
 * The events of execution traces of Go 1.5 to 1.21 (src/runtime/trace.go of those versions). The version says which
 * events and arguments there are. That of Go 1.5 and 1.6 has no strings, program counters instead of frames, and a
 * sequence number in each event.
 */

/** Format versions of this family, by the number in `go 1.N trace`. */
export const V1_VERSIONS = [5, 7, 8, 9, 10, 11, 19, 21] as const;
/** Since then, there are strings, and goroutines have sequence numbers of their own. */
export const NAMES_SINCE = 7;

export interface V1Event {
  readonly id: number;
  readonly name: string;
  readonly since: number;
  /** Arguments without the time in front and the stack behind them. */
  readonly args: number;
  /** Whether the time since the event before stands in front. */
  readonly timed: boolean;
  /** Whether the id of a stack is the last argument. */
  readonly stack: boolean;
}

/** `id name since args` and `+stack`; `untimed` ones have no time in front. */
const EVENTS = `
1 Batch 5 2 untimed
2 Frequency 5 1 untimed
3 Stack 5 0 untimed
4 Gomaxprocs 5 1 +stack
5 ProcStart 5 1
6 ProcStop 5 0
7 GCStart 5 1 +stack
8 GCDone 5 0
9 STWStart 5 1
10 STWDone 5 0
11 GCSweepStart 5 0 +stack
12 GCSweepDone 5 2
13 GoCreate 5 2 +stack
14 GoStart 5 2
15 GoEnd 5 0
16 GoStop 5 0 +stack
17 GoSched 5 0 +stack
18 GoPreempt 5 0 +stack
19 GoSleep 5 0 +stack
20 GoBlock 5 0 +stack
21 GoUnblock 5 2 +stack
22 GoBlockSend 5 0 +stack
23 GoBlockRecv 5 0 +stack
24 GoBlockSelect 5 0 +stack
25 GoBlockSync 5 0 +stack
26 GoBlockCond 5 0 +stack
27 GoBlockNet 5 0 +stack
28 GoSysCall 5 0 +stack
29 GoSysExit 5 3
30 GoSysBlock 5 0
31 GoWaiting 5 1
32 GoInSyscall 5 1
33 HeapAlloc 5 1
34 HeapGoal 5 1
35 TimerGoroutine 5 1 untimed
36 FutileWakeup 5 0
37 String 7 0 untimed
38 GoStartLocal 7 1
39 GoUnblockLocal 7 1 +stack
40 GoSysExitLocal 7 2
41 GoStartLabel 8 3
42 GoBlockGC 8 0 +stack
43 GCMarkAssistStart 9 0 +stack
44 GCMarkAssistDone 9 0
45 UserTaskCreate 11 3 +stack
46 UserTaskEnd 11 1 +stack
47 UserRegion 11 3 +stack
48 UserLog 11 2 +stack
49 CPUSample 19 3 +stack
`;

const ALL: readonly V1Event[] = EVENTS.trim()
  .split('\n')
  .map((line) => {
    const [id, name, since, args, mark = ''] = line.split(' ');
    return {
      id: Number(id),
      name,
      since: Number(since),
      args: Number(args),
      timed: mark !== 'untimed',
      stack: mark === '+stack',
    };
  });

/** Ids by name. */
export const V1: Readonly<Record<string, number>> = Object.fromEntries(ALL.map(({ name, id }) => [name, id]));

/** `before event args`: how many arguments events had in earlier versions. */
const EARLIER: readonly (readonly [number, string, number])[] = [
  [7, 'Batch', 3],
  [7, 'Frequency', 2],
  [7, 'TimerGoroutine', 2],
  [7, 'GCStart', 0],
  [7, 'GoStart', 1],
  [7, 'GoUnblock', 1],
  [9, 'GCSweepDone', 0],
  [10, 'STWStart', 0],
];

/** The events of one version, by id. */
export function v1Events(version: number): readonly (V1Event | undefined)[] {
  const table: (V1Event | undefined)[] = [];
  for (const event of ALL) if (event.since <= version) table[event.id] = event;
  for (const [before, name, args] of EARLIER) if (version < before) table[V1[name]] = { ...(table[V1[name]] as V1Event), args };
  return table;
}

/** Bytes of one string, and frames of one stack, at most. */
export const MAX_V1_STRING_BYTES = 1_000_000;
export const MAX_V1_FRAMES = 1000;

/** Reasons of the events that block, in the words of later traces; the empty one is real. */
export const BLOCK_REASONS: ReadonlyMap<number, string> = new Map([
  [V1.GoStop, 'forever'],
  [V1.GoSleep, 'sleep'],
  [V1.GoBlock, ''],
  [V1.GoBlockSend, 'chan send'],
  [V1.GoBlockRecv, 'chan receive'],
  [V1.GoBlockSelect, 'select'],
  [V1.GoBlockSync, 'sync'],
  [V1.GoBlockCond, 'sync.(*Cond).Wait'],
  [V1.GoBlockNet, 'network'],
  [V1.GoBlockGC, 'GC mark assist wait for work'],
]);

/** Kinds of stop-the-world of Go 1.21, by number. */
const STW_KINDS = [
  '',
  'GC mark termination',
  'GC sweep termination',
  'write heap dump',
  'goroutine profile',
  'goroutine profile cleanup',
  'all goroutine stack trace',
  'read mem stats',
  'AllThreadsSyscall',
  'GOMAXPROCS',
  'start trace',
  'stop trace',
  'CountPagesInUse (test)',
  'ReadMetricsSlow (test)',
  'ReadMemStatsSlow (test)',
  'PageCachePagesLeaked (test)',
  'ResetDebugLog (test)',
];

/** The kind of a stop-the-world as later traces have it. */
export function stwKind(version: number, number: number): string {
  if (version >= 21) return STW_KINDS[number] ?? '';
  if (version < 10) return '';
  return ['GC mark termination', 'GC sweep termination'][number] ?? '';
}
