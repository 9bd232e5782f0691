/** Lines of a dump that are no frames: what the runtime prints among and below them. */

import { frameCountOf } from '../../model/stacks.ts';
import { parseCall } from '../text/frames.ts';
import type { ReadContext } from '../text/machine.ts';
import type { GoroutineDraft } from './draft.ts';
import { idOf } from './header.ts';

const ELIDED = /^\.\.\.(?:(\d+)|additional) frames elided\.\.\.$/;
const CREATED_BY = /^created by (.+?)(?: in goroutine (\d+))?$/;
const ORIGIN = /^\[originating from goroutine (\d+)\]:?$/;
const UNAVAILABLE = /^goroutine running on other thread; stack unavailable$/;
const NON_GO = /^non-Go function(?: at pc=0x[0-9a-f]+)?$/;

/** Lines that the runtime prints among frames and that say nothing of the stack. */
const NOISE =
  /^(?:stack: frame=\{sp:|(?:0x)?[0-9a-f]{8,16}: [ <>0-9a-f]{8,}|runtime: (?:g \d+|unexpected return pc|frame |traceback stuck|unknown pc|unexpected)|traceback: |goroutine \d+ gp=\S+ m=\S+ mp=\S+ \[[^\]]*$|instruction bytes: |sigaction: |\^ (?:<|[SF]P$|bad$)|(?:[0-9a-f] +){8,}[0-9a-f]{16}$)/;
/** Lines that stand below the goroutines: registers, and what shells and `go test` say. */
const REGISTER =
  /^(?:r(?:[abcd]x|[sd]i|[bsi]p|flags|\d{1,2})|e(?:[abcds]x|[sd]i|[bsi]p|flags)|[cdefgs]s|x\d{1,2}|lr|sp|pc|fp|fault|trap|error|oldmask|cpsr|ip|ra|s\d{1,2}|t\d|a\d|hi|lo|link|ctr|xer|pstate)\s+0x[0-9a-f]+(?:\s|$)/;

export function isNoise(text: string): boolean {
  return NOISE.test(text);
}

export function isRegister(text: string): boolean {
  return REGISTER.test(text);
}

/** Takes a frame's first line, or one that stands for frames. */
export function takeFrame(draft: GoroutineDraft, text: string, context: ReadContext): boolean {
  const call = parseCall(text);
  if (call !== null) {
    draft.call(call.name, context.keepArguments ? call.args : null);
    return true;
  }
  const elided = ELIDED.exec(text);
  if (elided !== null) {
    draft.note(context.stacks.internElided(elided[1] === undefined ? null : frameCountOf(elided[1])));
    return true;
  }
  if (!NON_GO.test(text)) return false;
  if (text.length > 'non-Go function'.length) draft.note(context.stacks.frameOf('non-Go function'));
  else draft.call(text, null);
  return true;
}

/** Takes lines that stand below a goroutine's frames. */
export function takeBelowFrames(draft: GoroutineDraft, text: string): boolean {
  if (text.startsWith('created by ')) {
    const match = CREATED_BY.exec(text) as RegExpExecArray | null;
    if (match === null || draft.section === 'done') return false;
    draft.creator(match[1], match[2] === undefined ? null : idOf(match[2]));
    return true;
  }
  const origin = ORIGIN.exec(text);
  const id = origin === null ? null : idOf(origin[1]);
  if (id !== null) {
    draft.originate(id);
    return true;
  }
  if (!UNAVAILABLE.test(text)) return false;
  draft.stackAvailable = false;
  return true;
}
