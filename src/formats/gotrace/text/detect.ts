/** How the text form of a trace is known: its first line, alone or as a file of an archive (txtar). */

/** The line that begins a trace, blanks and a comment aside; its group is the N of `Go1.N`. */
export const HEAD_LINE = /^[ \t]*Trace[ \t]+Go1\.(\d{1,9})[ \t]*(?:#.*)?$/;
/** The line that begins a file of an archive. */
export const FILE_MARK = /^-- (.*\S) --[ \t]*$/;

const EMPTY_LINES = '(?:[ \\t]*(?:#[^\\n]*)?\\r?\\n)*';
const BARE = new RegExp(`^${EMPTY_LINES}[ \\t]*Trace[ \\t]+Go1\\.`);
const ARCHIVED = new RegExp(`(?:^|\\n)-- trace --[ \\t]*\\r?\\n${EMPTY_LINES}[ \\t]*Trace[ \\t]+Go1\\.`);

/** In which of the two ways the first bytes of an input are the text form of a trace; null if they are not. */
export function findTraceText(head: Buffer): 'bare' | 'archive' | null {
  const text = head.toString('latin1');
  if (BARE.test(text)) return 'bare';
  return ARCHIVED.test(text) ? 'archive' : null;
}
