/**
 * How a frame's text stands in a line of folded stacks. The format has no escape of its own; here `\xNN`, two
 * hexadecimal digits, stands for a character that would be read as something else: `;` (`\x3b`), control characters (C1 too), a
 * blank where it would end the stack (before digits at the end, at the beginning), and the backslash of a text that looks like
 * such an escape itself (`\x5cx3b`). Characters that are not seen or turn the direction of writing, with which a name can
 * look like another, are `\u{202e}`.
 */

const SPECIAL = /[;\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|\\(?=x[0-9a-fA-F]{2}|u\{[0-9a-fA-F]{2,6}\})/gu;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u\{(0{0,2}[0-9a-fA-F]{2,4}|0?[0-9a-fA-F]{5}|10[0-9a-fA-F]{4})\})/g;

function escapeCharacter(c: string): string {
  const code = c.codePointAt(0) as number;
  if (code > 0xff) return `\\u{${code.toString(16)}}`;
  return `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** Most frames hold nothing else. */
const PLAIN = /^[ -:<-[\]-~]*$/;

/** A frame's text within a line. */
export function escapeFrame(text: string): string {
  return PLAIN.test(text) ? text : text.replace(SPECIAL, escapeCharacter);
}

/** A stack as it begins its line: the blanks that the reader would take for something else are escaped. */
export function guardStack(stack: string): string {
  if (!EXPOSED.test(stack)) return stack;
  let end = stack.length;
  const lead = stack.startsWith(' ') || stack.startsWith('# ') ? stack.indexOf(' ') : -1;
  const number = / \d+(?:\.\d+)?$/.exec(stack)?.index ?? -1;
  let guarded = '';
  for (const at of [number, lead]) {
    if (at < 0 || at >= end) continue;
    guarded = `\\x20${stack.slice(at + 1, end)}${guarded}`;
    end = at;
  }
  return stack.slice(0, end) + guarded;
}

/** A blank at the beginning, behind `#` there, or before the digits that end the text. */
const EXPOSED = /^#? | \d+(?:\.\d+)?$/;

/** The text that a frame in a line stands for. */
export function unescapeFrame(text: string): string {
  return text.replace(ESCAPE, (_, byte: string, long: string) => String.fromCodePoint(Number.parseInt(byte ?? long, 16)));
}

/** A weight in decimal digits, without exponent: the shortest that reads the same. */
export function formatWeight(weight: number): string {
  const text = String(weight);
  if (!text.includes('e')) return text;
  return Number.isInteger(weight) ? BigInt(weight).toString() : weight.toFixed(20).replace(/0+$/, '');
}
