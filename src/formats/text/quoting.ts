/** Texts in Go's double quotes, as the runtime prints labels: the other way round from labels.ts. */

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\', '"': '\\"' };

/** Control characters as `\xNN`, others that are not ASCII as `\uNNNN` or `\UNNNNNNNN`. */
export function quoteGo(text: string): string {
  let quoted = '"';
  for (const c of text) quoted += SHORT[c] ?? escaped(c);
  return `${quoted}"`;
}

function escaped(c: string): string {
  const code = c.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return c;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x1_0000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
