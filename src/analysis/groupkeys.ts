/** What stacks can be grouped by: frames of its own kind at the root, in the order asked for. */

import { UsageError } from '../base/errors.ts';

const WORDS = ['state', 'reason', 'creator', 'file', 'goroutine', 'access', 'proc', 'entry', 'task', 'region'] as const;
export type GroupKey = (typeof WORDS)[number] | `label=${string}`;

/** `state,label=tenant` → keys. @throws UsageError that names the words allowed. */
export function parseGroupKeys(text: string): GroupKey[] {
  return text.split(',').map((word) => {
    const key = word.trim();
    if (key.startsWith('label=') && key.length > 'label='.length) return key as GroupKey;
    if ((WORDS as readonly string[]).includes(key)) return key as GroupKey;
    throw new UsageError(`--group-by does not know "${key}": use any of ${WORDS.join(', ')}, label=KEY, separated by commas`);
  });
}
