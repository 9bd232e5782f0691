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

/**
 * Control characters that a syslog daemon or `cat -A` wrote out: tabs as `#011` (rsyslog), `^I`, `\\011` and `\\x09`, where
 * a line or a column of a profile's frame (`#<TAB>0x1f<TAB>main.f`) begins.
 */
const TABS = /^(#?)((?:#011|\^I|\\(?:011|x09))+)/;
const ANY_TAB = /#011|\^I|\\(?:011|x09)/g;

/** A line without colours, marks, HTML entities, and line ends and tabs that were written out. */
export function cleanLine(line: string): string {
  const text = restoreBlanks(line);
  if (!SUSPECT.test(text)) return text;
  return text
    .replace(ANSI, '')
    .replace(MARKS, '')
    .replace(ENTITY, (entity) => ENTITIES[entity]);
}

const HASH = 0x23;
const CARET = 0x5e;
const BACKSLASH = 0x5c;
const LETTER_M = 0x4d;

/** A line whose end and tabs were written out, with them. */
export function restoreBlanks(line: string): string {
  let text = line;
  const last = text.length - 1;
  if (last > 0 && text.charCodeAt(last) === LETTER_M && text.charCodeAt(last - 1) === CARET) text = text.slice(0, -2);
  const first = text.charCodeAt(0);
  if (first !== HASH && first !== CARET && first !== BACKSLASH) return text;
  const tabs = TABS.exec(text);
  if (tabs === null) return text;
  if (tabs[1] !== '') return text.replace(ANY_TAB, '\t');
  return tabs[2].replace(ANY_TAB, '\t') + text.slice(tabs[0].length);
}
