/**
 * The events of execution traces of Go 1.22 and later (src/internal/trace/tracev2/events.go): one table for reading and
 * writing, for the binary form and the text form. No argument count is stored in a trace: who does not know an event's
 * arguments can read nothing behind it.
 */

/** Format versions of this family, by the number in `go 1.N trace`. */
export const V2_VERSIONS = [22, 23, 25, 26] as const;
export type TraceVersion = (typeof V2_VERSIONS)[number];

/** Since then, the frequency of a generation's clock stands in a batch with a reading of the clocks. */
export const SYNC_SINCE = 25;
/** Since then, a byte ends each generation. */
export const END_SINCE = 26;
/** Since then, there are batches of experiments. */
export const EXPERIMENTS_SINCE = 23;

export const Ev = {
  EventBatch: 1,
  Stacks: 2,
  Stack: 3,
  Strings: 4,
  String: 5,
  CpuSamples: 6,
  CpuSample: 7,
  Frequency: 8,
  ProcsChange: 9,
  ProcStart: 10,
  ProcStop: 11,
  ProcSteal: 12,
  ProcStatus: 13,
  GoCreate: 14,
  GoCreateSyscall: 15,
  GoStart: 16,
  GoDestroy: 17,
  GoDestroySyscall: 18,
  GoStop: 19,
  GoBlock: 20,
  GoUnblock: 21,
  GoSyscallBegin: 22,
  GoSyscallEnd: 23,
  GoSyscallEndBlocked: 24,
  GoStatus: 25,
  StwBegin: 26,
  StwEnd: 27,
  GcActive: 28,
  GcBegin: 29,
  GcEnd: 30,
  GcSweepActive: 31,
  GcSweepBegin: 32,
  GcSweepEnd: 33,
  GcMarkAssistActive: 34,
  GcMarkAssistBegin: 35,
  GcMarkAssistEnd: 36,
  HeapAlloc: 37,
  HeapGoal: 38,
  GoLabel: 39,
  UserTaskBegin: 40,
  UserTaskEnd: 41,
  UserRegionBegin: 42,
  UserRegionEnd: 43,
  UserLog: 44,
  GoSwitch: 45,
  GoSwitchDestroy: 46,
  GoCreateBlocked: 47,
  GoStatusStack: 48,
  ExperimentalBatch: 49,
  Sync: 50,
  ClockSnapshot: 51,
  EndOfGeneration: 52,
  FirstExperimental: 128,
  LastExperimental: 136,
} as const;

export interface EventSpec {
  readonly id: number;
  readonly name: string;
  /**
   * Arguments by the names of the text form, of timed events those behind the time; `…string` and `…stack` are ids of
   * tables.
   */
  readonly args: readonly string[];
  /** First format version that has it. */
  readonly since: number;
}

/** What is no timed event: the frame of a trace and its tables. */
export interface StructureSpec extends EventSpec {
  /** What stands behind the arguments: as many frames as the last one says, or a length and so many bytes. */
  readonly tail: 'frames' | 'data' | null;
}

/** Numbers of one frame, by the names of the text form. */
export const FRAME_ARGS = ['pc', 'func', 'file', 'line'] as const;

/** `id name since args…` of everything else, with `+frames` or `+data` for what follows. */
const STRUCTURE = `
1 EventBatch 22 gen m time size
2 Stacks 22
3 Stack 22 id nframes +frames
4 Strings 22
5 String 22 id +data
6 CPUSamples 22
7 CPUSample 22 time m p g stack
8 Frequency 22 freq
49 ExperimentalBatch 23 exp gen m time +data
50 Sync 25
51 ClockSnapshot 25 dt mono sec nsec
52 EndOfGeneration 26
`;

/** `id name since args…` of every timed event. */
const TIMED = `
9 ProcsChange 22 procs_value stack
10 ProcStart 22 p p_seq
11 ProcStop 22
12 ProcSteal 22 p p_seq m
13 ProcStatus 22 p pstatus
14 GoCreate 22 new_g new_stack stack
15 GoCreateSyscall 22 new_g
16 GoStart 22 g g_seq
17 GoDestroy 22
18 GoDestroySyscall 22
19 GoStop 22 reason_string stack
20 GoBlock 22 reason_string stack
21 GoUnblock 22 g g_seq stack
22 GoSyscallBegin 22 p_seq stack
23 GoSyscallEnd 22
24 GoSyscallEndBlocked 22
25 GoStatus 22 g m gstatus
26 STWBegin 22 kind_string stack
27 STWEnd 22
28 GCActive 22 gc_seq
29 GCBegin 22 gc_seq stack
30 GCEnd 22 gc_seq
31 GCSweepActive 22 p
32 GCSweepBegin 22 stack
33 GCSweepEnd 22 swept_value reclaimed_value
34 GCMarkAssistActive 22 g
35 GCMarkAssistBegin 22 stack
36 GCMarkAssistEnd 22
37 HeapAlloc 22 heapalloc_value
38 HeapGoal 22 heapgoal_value
39 GoLabel 22 label_string
40 UserTaskBegin 22 task parent_task name_string stack
41 UserTaskEnd 22 task stack
42 UserRegionBegin 22 task name_string stack
43 UserRegionEnd 22 task name_string stack
44 UserLog 22 task key_string value_string stack
45 GoSwitch 23 g g_seq
46 GoSwitchDestroy 23 g g_seq
47 GoCreateBlocked 23 new_g new_stack stack
48 GoStatusStack 23 g m gstatus stack
128 Span 23 id npages_value kindclass
129 SpanAlloc 23 id npages_value kindclass
130 SpanFree 23 id
131 HeapObject 23 id type
132 HeapObjectAlloc 23 id type
133 HeapObjectFree 23 id
134 GoroutineStack 23 id order
135 GoroutineStackAlloc 23 id order
136 GoroutineStackFree 23 id
`;

/** By id; undefined for what is no timed event. */
export const TIMED_EVENTS: readonly (EventSpec | undefined)[] = makeTable(TIMED);

/** By id; undefined for timed events. */
export const STRUCTURE_EVENTS: readonly (StructureSpec | undefined)[] = makeTable(STRUCTURE);

function makeTable(text: string): (StructureSpec | undefined)[] {
  const table: (StructureSpec | undefined)[] = [];
  for (const line of text.trim().split('\n')) {
    const [id, name, since, ...words] = line.split(' ');
    const args = words.filter((word) => !word.startsWith('+'));
    const tail = words.includes('+frames') ? 'frames' : words.includes('+data') ? 'data' : null;
    table[Number(id)] = { id: Number(id), name, args, since: Number(since), tail };
  }
  return table;
}

/** By id: number of arguments behind the time, and the first version; -1 for what is no timed event. */
export const ARG_COUNTS = Int8Array.from({ length: 256 }, (_, id) => TIMED_EVENTS[id]?.args.length ?? -1);
export const FIRST_VERSIONS = Int8Array.from({ length: 256 }, (_, id) => TIMED_EVENTS[id]?.since ?? -1);

/** Arguments of a timed event besides its time, at most. */
export const MAX_ARGS = 4;

/** Limits that the runtime keeps to; more is damage. */
export const MAX_BATCH_BYTES = 1 << 16;
export const MAX_STRING_BYTES = 1 << 10;
export const MAX_TRACE_FRAMES = 128;
/** Bytes of one generation that are held at once; the runtime's are about a second long. */
export const MAX_GENERATION_BYTES = 1 << 30;

export const GoStatus = { runnable: 1, running: 2, syscall: 3, waiting: 4 } as const;
export const ProcStatus = { running: 1, idle: 2, syscall: 3, abandoned: 4 } as const;
