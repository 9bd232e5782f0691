/** What terminals, web pages and test2json leave in a line, taken out. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to take out
const SUSPECT = /[\x00\x0e\x0f\x16\x1b&]/;
/** CSI and OSC sequences and the escapes of two characters (ECMA-48). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const ANSI = /\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]/g;
/** Marks that test2json's input carries (^V before markers, ^N and ^O round errors), and the holes of cut logs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const MARKS = /[\x00\x0e\x0f\x16]/g;
const ENTITY = /&(?:lt|gt|amp|quot|apos|#34|#39|#x27|#x22);/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&apos;': "'",
  '&#34;': '"',
  '&#39;': "'",
  '&#x27;': "'",
  '&#x22;': '"',
};

/** A line without colours, marks and HTML entities. */
export function cleanLine(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text
    .replace(ANSI, '')
    .replace(MARKS, '')
    .replace(ENTITY, (entity) => ENTITIES[entity]);
}
