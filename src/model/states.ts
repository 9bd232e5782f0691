/** The states of goroutines, and what each waits for. The words are those of the runtime's traceback, Go 1.0 to 1.27. */

/** What keeps a goroutine from running, in classes that are the same for all versions of Go. */
export type WaitReason =
  | 'running'
  | 'runnable'
  | 'channel'
  | 'select'
  | 'lock'
  | 'network'
  | 'syscall'
  | 'sleep'
  | 'garbage collector'
  | 'runtime'
  | 'other';

/** Words → class. Locks read `semacquire` before Go 1.20 and by their own names since. */
const REASONS: readonly (readonly [WaitReason, RegExp])[] = [
  ['running', /^running$/],
  ['runnable', /^(runnable|preempted)$/],
  ['syscall', /^syscall$/],
  ['select', /^select\b/],
  ['channel', /^chan (receive|send)\b/],
  ['lock', /^(semacquire|semarelease|sync\.|rwmutex|panicwait)/i],
  ['network', /^IO wait$/],
  ['sleep', /^(sleep|timer goroutine|synctest\.)/],
  ['garbage collector', /^(GC |garbage collection|force gc|wait for GC|mark wait|finalizer wait|cleanup wait)/],
  ['runtime', /^(idle|dead|copystack|enqueue|trace |page trace|debug call|stopping the world|flushing|dumping heap)/],
  ['runtime', /^(GOMAXPROCS updater|coroutine|waiting for cgo callback|cgo|\?\?\?)/],
];

/** The class of a state's words. */
export function waitReasonOf(state: string): WaitReason {
  for (const [reason, words] of REASONS) {
    if (words.test(state)) return reason;
  }
  return 'other';
}

/** Whether a goroutine in this state may be running code this moment, or as soon as it gets a P. */
export function canRun(state: string): boolean {
  const reason = waitReasonOf(state);
  return reason === 'running' || reason === 'runnable';
}
