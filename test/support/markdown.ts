/** Markdown as a reader on the web takes it: with HTML and links in plain text. */

import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt({ html: true, linkify: true });

export interface ReadMarkdown {
  /** Text in which a reader looks for mentions, references and links. */
  readonly text: string;
  /** HTML that is taken for HTML. */
  readonly html: string[];
  /** Code spans and blocks. */
  readonly code: string[];
  /** Kinds of everything else that was opened: headings, lists, links, tables. */
  readonly kinds: Set<string>;
}

export function readMarkdown(source: string): ReadMarkdown {
  const read: ReadMarkdown & { text: string } = { text: '', html: [], code: [], kinds: new Set() };
  const tokens = markdown.parse(source, {}).flatMap((token) => [token, ...(token.children ?? [])]);
  for (const { type, content, children } of tokens) {
    if (type === 'text') read.text += `${content}\n`;
    else if (type === 'html_block' || type === 'html_inline') read.html.push(content.trim());
    else if (type === 'code_inline' || type === 'fence' || type === 'code_block') read.code.push(content);
    else if (children == null && !type.endsWith('_close')) read.kinds.add(type);
  }
  return read;
}
