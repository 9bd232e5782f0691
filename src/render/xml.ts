/** Text into XML: whatever it holds, it stays text and the file stays well-formed. */

/** What XML 1.0 allows in no form at all, and lone halves of surrogate pairs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
const UNFIT = /[\x00-\x1f\x7f-\x9f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const MARKUP = /[&<>"']/g;
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
const SPECIAL = /[&<>"'\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]/;

/** Control characters as the pictures that Unicode has for them (␀ to ␟, ␡); other unfit characters as U+FFFD. */
export function showControls(text: string): string {
  return text.replace(UNFIT, (c) => {
    const code = c.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\ufffd';
  });
}

/** Text as it stands in an element or between the quotes of an attribute. */
export function escapeXml(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return showControls(text).replace(MARKUP, (c) => ENTITIES[c]);
}

/** Text as it stands in a comment, which must not hold `--` nor end in `-`. */
export function escapeComment(text: string): string {
  return showControls(text.replace(/\r?\n/g, ' ')).replace(/--/g, '- -').replace(/--/g, '- -').replace(/-$/, '- ');
}

/** Schemes a link may have; everything else (`javascript:`, `data:`, …) could run code. */
const SAFE_LINK = /^(?:https?:|mailto:|#|\/(?!\/)|\.{1,2}\/|[\w.-]+(?:[/?#]|$))/i;

/** A link that is safe to follow, or null. */
export function safeLink(href: string): string | null {
  // Browsers drop these before they look at the scheme.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
  const clean = href.replace(/[\x00-\x20\x7f-\x9f]/g, '');
  return SAFE_LINK.test(clean) ? clean : null;
}

/** Script as it stands in XML and in a page of HTML alike: no `<` opens a tag in either, no `]]>` ends it early. */
export function cdata(code: string): string {
  return `/*<![CDATA[*/${code.replace(/<\//g, '<\\/').replace(/<!--/g, '<\\!--').replace(/\]\]>/g, ']]\\>')}/*]]>*/`;
}

/** Eight hexadecimal digits that tell pictures apart. */
export function fingerprint(text: string): string {
  let a = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
  return (a >>> 0).toString(16).padStart(8, '0');
}
