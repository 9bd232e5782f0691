/** Whether the text of a goroutine is all there: a stack ends at a root, or the go statement that made it follows. */

import type { StackTable } from '../../model/stacks.ts';
import type { GoroutineDraft } from './draft.ts';

/** Functions at which the stack of a goroutine ends for good. */
const ROOTS = /^(?:runtime\.(?:goexit|main|mstart\w*|rt0_go|mcall|systemstack\w*|cgocallback\w*)|main\.main|.*_cgoexp_\w+)$/;
/** Goroutines of the runtime whose root shows though its frames are hidden. */
const HELPERS = /^runtime\.(?:runFinalizers|runfinq|runCleanups)$/;
/** Where the main goroutine's stack may end beside `main.main`: a package is initialised. */
const MAIN_ROOTS = /^[^()]*\.init(?:\.\d+)?$/;
/** States of a goroutine that runs, or whose C code does. */
const ON_THREAD = /^(?:running|syscall)$/;
/** Go up to 1.20 prints 100 frames, hidden ones counted, and may stop without a word. */
const SILENT_LIMIT = 40;

/** `cut`: the last line of the input, which has no line end, is this goroutine's. */
export function isWhole(draft: GoroutineDraft, stacks: StackTable, cut: boolean): boolean {
  if (!draft.stackAvailable) return true;
  if (draft.header.id < 0) return !cut || draft.lastWhole;
  if (draft.waitsForPlace || draft.bare) return false;
  if (cut && !draft.lastWhole) return false;
  return draft.section === 'done' || draft.isCreated || endsAtRoot(draft, stacks);
}

function endsAtRoot(draft: GoroutineDraft, stacks: StackTable): boolean {
  if (draft.root < 0) return false;
  const { id, status } = draft.header;
  // a thread of C code that called Go has no creator, and the runtime's frames at its root are hidden unless threads are told
  const isHidden = draft.header.thread === undefined;
  if (isHidden && status.lockedToThread && id !== 1 && ON_THREAD.test(status.state)) return true;
  if (draft.frames.length >= SILENT_LIMIT) return true;
  const functionId = stacks.functionIdOf(draft.root);
  if (functionId < 0) return id <= 1;
  const name = stacks.functionName(functionId);
  if (isHidden && HELPERS.test(name)) return true;
  return ROOTS.test(name) || (id === 1 && MAIN_ROOTS.test(name));
}
