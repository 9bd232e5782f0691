/**
 * How a frame's text stands in a line of folded stacks. The format has no escape of its own; here `\xNN`, two
 * hexadecimal digits, stands for a byte that would be read as something else: `;` (`\x3b`), control characters, a blank
 * where it would end the stack (before digits at the end, at either end), and the backslash of a text that looks like
 * such an escape itself (`\x5cx3b`).
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that a line cannot hold
const SPECIAL = /[\x00-\x1f;\x7f]|\\(?=x[0-9a-fA-F]{2})/g;
const ESCAPE = /\\x([0-9a-fA-F]{2})/g;

function escapeCharacter(c: string): string {
  return `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** A frame's text within a line. */
export function escapeFrame(text: string): string {
  return SPECIAL.test(text) ? text.replace(SPECIAL, escapeCharacter) : text;
}

/** A stack as it begins its line: the blanks that the reader would take for something else are escaped. */
export function guardStack(stack: string): string {
  if (!EXPOSED.test(stack)) return stack;
  let end = stack.length;
  while (end > 0 && stack[end - 1] === ' ') end--;
  const lead = stack.startsWith(' ') || stack.startsWith('# ') ? stack.indexOf(' ') : -1;
  const number = / \d+(?:\.\d+)?$/.exec(stack)?.index ?? -1;
  let guarded = '\\x20'.repeat(stack.length - end);
  for (const at of [number, lead]) {
    if (at < 0 || at >= end) continue;
    guarded = `\\x20${stack.slice(at + 1, end)}${guarded}`;
    end = at;
  }
  return stack.slice(0, end) + guarded;
}

/** A blank at the beginning, behind `#` there, at the end, or before the digits that end the text. */
const EXPOSED = /^#? | \d*(?:\.\d+)?$/;

/** The text that a frame in a line stands for. */
export function unescapeFrame(text: string): string {
  return text.replace(ESCAPE, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** A weight in decimal digits, without exponent: the shortest that reads the same. */
export function formatWeight(weight: number): string {
  const text = String(weight);
  if (!text.includes('e')) return text;
  return Number.isInteger(weight) ? BigInt(weight).toString() : weight.toFixed(20).replace(/0+$/, '');
}
