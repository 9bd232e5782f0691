/**
 * Lines that a terminal, a pager or a mail program broke or cut at its width:
 *
 *     example.com/cart.(*Cart).Add(0xc000        example.com/cart.(*Cart).Add(0xc000
 *     123480, {0x1400012e008, 0x3})              	/src/cart.go:41 +0x1d4
 *     created by example.com/cart.Serve i
 *     n goroutine 1
 *
 * Pieces that make a whole line of a traceback together are joined. What is cut is said: names may not be whole.
 */

import type { Problem } from '../../base/errors.ts';
import { indentOf, parseCall, parsePlace } from '../text/frames.ts';

export interface NumberedText {
  readonly text: string;
  readonly number: number;
}

/** Pieces of one line, and characters of it. */
const MAX_PIECES = 64;
const MAX_JOINED = 1 << 14;
/** The narrowest and the widest terminal that lines are taken to be broken at. */
const NARROWEST = 20;
const WIDEST = 400;

const HEADER = /^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[[^\]]*$/;
const WHOLE_HEADER = /^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[[^\]]+\](?: \{.*\})?:$/;
const CREATOR = /^created by [^\s()]+(?:\(\*?[^\s()]*\)?[^\s()]*)?(?: in?(?: g\w*(?: \d*)?)?)?$/;
const WHOLE_CREATOR = /^created by \S+ in goroutine \d+$/;
const CUT_CREATOR = / in?(?: g(?:o(?:r(?:o(?:u(?:t(?:i(?:ne?)?)?)?)?)?)?)?)? ?$/;
/** A name and an open parenthesis. */
const CALL = /^[\w.~/%@-]+\.(?:\(\*?[\w[\]. ]+\)\.)?[\w.[\]-]+\(/;
/** The beginning of a name. */
const BARE = /^[a-zA-Z_][\w~%@-]*(?:[./][\w~%@*()[\]-]*)+$/;
const PLACE = /^(?:\/|[A-Za-z]:[\\/])\S*$/;
/** A place whose offset is not whole. */
const CUT_OFFSET = /^(?:\/|[A-Za-z]:[\\/]).*:\d+ \+(?:0x?)?$/;
const TAIL = /^\S*:\d+(?: \+0x[0-9a-f]+)?$/;

type Kind = 'header' | 'creator' | 'call' | 'place';

interface Torn {
  text: string;
  readonly number: number;
  readonly kind: Kind;
  /** Characters before its content. */
  readonly lead: number;
  readonly width: number;
  pieces: number;
}

export class LineMender {
  private torn: Torn | null = null;
  private joined = 0;
  private firstJoined = 0;
  private cut = 0;
  private firstCut = 0;
  private cutWidth = 0;
  private isEven = true;
  private isSure = false;

  /** Whether a line waits for what may be the rest of it. */
  get waits(): boolean {
    return this.torn !== null;
  }

  /** Takes a line, whose content stands behind `lead` characters; returns what can be read on, in order. */
  take(text: string, number: number, lead: number): readonly NumberedText[] {
    const { torn } = this;
    if (torn === null) return this.begin(text, number, lead);
    // A mail program repeats its marks before the rest, a terminal does not.
    const rest = text.slice(lead);
    const isOwn = isOwnLine(rest.trim());
    if (!isOwn) {
      const joined = join(torn, rest);
      if (joined !== null) {
        this.torn = null;
        this.firstJoined ||= torn.number;
        this.joined++;
        return [{ text: joined, number: torn.number }];
      }
      if (goesOn(torn, text)) {
        torn.text += rest;
        torn.pieces++;
        return [];
      }
    }
    this.torn = null;
    return [this.release(torn, isOwn), ...this.begin(text, number, lead)];
  }

  /** The line that waits, at the end; what it lacks is not for its width. */
  finish(): readonly NumberedText[] {
    const { torn } = this;
    this.torn = null;
    return torn === null ? [] : [{ text: torn.text, number: torn.number }];
  }

  /** What is to be said of the lines' widths. */
  problems(): Problem[] {
    const problems: Problem[] = [];
    if (this.joined > 0) {
      const message = `${this.joined} lines were broken, as mails and terminals do: they are joined again`;
      problems.push({ severity: 'info', message, line: this.firstJoined });
    }
    // One call alone may lack its end for another reason.
    if ((this.cut > 1 || this.isSure) && this.isEven) {
      const message = `lines are cut at ${this.cutWidth} columns, as a pager or a terminal does: names and arguments are not whole; write the log to a file (journalctl --no-pager, | cat)`;
      problems.push({ severity: 'warning', message, line: this.firstCut });
    }
    return problems;
  }

  private begin(text: string, number: number, lead: number): readonly NumberedText[] {
    if (text.length < NARROWEST || text.length > WIDEST) return [{ text, number }];
    const kind = tornKind(text.slice(lead));
    if (kind === null) return [{ text, number }];
    this.torn = { text, number, kind, lead, width: text.length, pieces: 1 };
    return [];
  }

  /** A torn line whose rest is not there; `isCut` where the evidence goes on below. */
  private release(torn: Torn, isCut: boolean): NumberedText {
    const isPlain = torn.kind === 'creator' && !CUT_CREATOR.test(torn.text);
    if (isCut && !isPlain && torn.kind !== 'place' && (torn.kind !== 'call' || CALL.test(torn.text.slice(torn.lead).trim()))) {
      // Nothing but a width cuts a creator behind its name.
      if (torn.kind === 'creator') this.isSure = true;
      if (this.cut++ === 0) this.cutWidth = torn.width;
      else if (this.cutWidth !== torn.width) this.isEven = false;
      this.firstCut ||= torn.number;
    }
    return { text: torn.kind === 'creator' ? torn.text.replace(CUT_CREATOR, '') : torn.text, number: torn.number };
  }
}

/** Whether a line ends as whole ones do, for most lines: with a call, a header, an offset or an object of JSON. */
export function hasEnd(text: string): boolean {
  const { length } = text;
  const last = text.charCodeAt(length - 1);
  return (
    length < NARROWEST ||
    length > WIDEST ||
    last === RPAREN ||
    last === COLON ||
    last === RBRACE ||
    text.lastIndexOf(' +0x') > length - LONGEST_OFFSET
  );
}

const RPAREN = 0x29;
const COLON = 0x3a;
const RBRACE = 0x7d;
/** Characters of ` +0x` and its digits. */
const LONGEST_OFFSET = 16;

/** What a line begins that is not whole; null for all others. */
function tornKind(content: string): Kind | null {
  const text = content.trim();
  const first = text.charCodeAt(0);
  if (first === 0x67 && HEADER.test(text)) return 'header';
  if (first === 0x63 && CREATOR.test(text) && !WHOLE_CREATOR.test(text)) return 'creator';
  if (!text.endsWith(')') && (CALL.test(text) || BARE.test(text))) return 'call';
  return indentOf(content) > 0 && ((PLACE.test(text) && !TAIL.test(text)) || CUT_OFFSET.test(text)) ? 'place' : null;
}

/** Whether a line is evidence by itself: it goes on with nothing. */
function isOwnLine(text: string): boolean {
  return parseCall(text) !== null || WHOLE_HEADER.test(text) || text.startsWith('created by ') || PLACE_LINE.test(text);
}

const PLACE_LINE = /^(?:\/|[A-Za-z]:[\\/]).*:\d+(?: \+0x[0-9a-f]+)?/;

/** Whether a piece is as wide as the first one, and so may go on. */
function goesOn({ text, kind, width, pieces }: Torn, piece: string): boolean {
  return piece.length === width && kind !== 'creator' && pieces < MAX_PIECES && text.length < MAX_JOINED;
}

/** Two pieces as one whole line; broken within a word, or at a blank that is lost. */
function join({ text: torn, kind, lead }: Torn, rest: string): string | null {
  for (const text of [torn + rest, `${torn.trimEnd()} ${rest.trim()}`]) {
    const content = text.slice(lead);
    if (isWhole(content.trim(), kind, content)) return text;
  }
  return null;
}

function isWhole(text: string, kind: Kind, content: string): boolean {
  if (kind === 'header') return WHOLE_HEADER.test(text);
  if (kind === 'creator') return WHOLE_CREATOR.test(text);
  if (kind === 'call') return parseCall(text) !== null && isBalanced(text);
  return parsePlace(content)?.offsets === true;
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const c of text) {
    if (c === '(' || c === '{') depth++;
    else if ((c === ')' || c === '}') && --depth < 0) return false;
  }
  return depth === 0;
}
