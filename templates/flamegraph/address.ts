/**
 * What is zoomed and searched for, kept in the page's address so that a link shows the same: the frame by where it
 * begins in samples and by its depth, which hold for any width of the picture. Pictures that share a page keep their
 * own keys apart.
 */

import type { SearchTerm } from './search.ts';

export interface Focus {
  /** Where the zoomed frame begins, in samples, and its depth. */
  readonly start: number;
  readonly depth: number;
  readonly term: SearchTerm | null;
}

export class Address {
  private readonly prefix: string;

  constructor(picture: SVGSVGElement) {
    const scope = /gf-\w+/.exec(picture.getAttribute('class') ?? '')?.[0] ?? 'gf';
    this.prefix = picture === (document.documentElement as Element) ? '' : `${scope}.`;
  }

  read(): Focus {
    const query = this.query();
    const get = (key: string) => query.get(this.prefix + key);
    const text = get('s');
    const term = text === null || text === '' ? null : { text, ignoreCase: get('ic') === '1', plain: get('plain') === '1' };
    return { start: Number(get('x') ?? 0) || 0, depth: Number(get('d') ?? 0) || 0, term };
  }

  write({ start, depth, term }: Focus): void {
    const query = this.query();
    const set = (key: string, value: string | null) => {
      if (value === null) query.delete(this.prefix + key);
      else query.set(this.prefix + key, value);
    };
    set('x', depth > 0 ? String(start) : null);
    set('d', depth > 0 ? String(depth) : null);
    set('s', term?.text ?? null);
    set('ic', term?.ignoreCase ? '1' : null);
    set('plain', term?.plain ? '1' : null);
    const text = query.toString();
    try {
      history.replaceState(history.state, '', text === '' ? location.pathname + location.search : `#${text}`);
    } catch {
      // A sandboxed frame or a document without address: the picture works all the same.
    }
  }

  private query(): URLSearchParams {
    return new URLSearchParams(location.hash.replace(/^#/, ''));
  }
}
