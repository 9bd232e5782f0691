/**
 * TeamCity's service messages, which carry output of tests in attributes with escapes of their own
 * (https://www.jetbrains.com/help/teamcity/service-messages.html):
 *
 *     ##teamcity[testFailed name='TestAdd' details='panic: boom|n|ngoroutine 1 |[running|]:|nmain.f()|n']
 */

import type { CarriedText } from './json.ts';

export interface ServiceMessage {
  /** `testFailed`, `testStdErr`, `message`. */
  readonly kind: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const START = '##teamcity[';
const ATTRIBUTE = /([\w.]+)='((?:[^'|]|\|[\s\S])*)'/g;
const ESCAPE = /\|(?:0x([0-9a-fA-F]{4})|([\s\S]))/g;
const SIMPLE: Readonly<{ [letter: string]: string }> = { n: '\n', r: '\r', x: '\u0085', l: '\u2028', p: '\u2029' };

/** The service message in a line; null where there is none. */
export function parseServiceMessage(line: string): ServiceMessage | null {
  const at = line.indexOf(START);
  if (at < 0) return null;
  const body = line.slice(at + START.length);
  const kind = /^[\w.]+/.exec(body)?.[0];
  if (kind === undefined) return null;
  const attributes = new Map<string, string>();
  for (const [, name, value] of body.matchAll(ATTRIBUTE)) attributes.set(name, unescapeValue(value));
  // `##teamcity[message 'text']`
  const single = /^[\w.]+ '((?:[^'|]|\|[\s\S])*)'\]/.exec(body);
  if (single !== null) attributes.set('text', unescapeValue(single[1]));
  return { kind, attributes };
}

function unescapeValue(text: string): string {
  return text.replace(ESCAPE, (_, code: string, letter: string) =>
    code === undefined ? (SIMPLE[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** Attributes that carry output, in this order. */
const TEXTS = ['out', 'text', 'message', 'details', 'errorDetails', 'actual'];

/** The texts that a message carries, one after the other. */
export function textsOf({ attributes }: ServiceMessage): string[] {
  return TEXTS.flatMap((name) => {
    const text = attributes.get(name);
    return text === undefined ? [] : [text];
  });
}

/** A message's text as one of a stream: outputs of a test may stop within a line. */
export function carriedBy({ kind, attributes }: ServiceMessage, text: string): CarriedText {
  const stream = `teamcity ${JSON.stringify([attributes.get('flowId') ?? '', attributes.get('name') ?? ''])}`;
  return { stream, text, partial: kind.startsWith('testStd'), test: null };
}
