/** The page's data: text in the page → bytes → what it shows. */

import { inflateSync } from 'fflate';
import { decodeReport, type PageData } from '../../src/render/report/pagedata.ts';

/**
 * Decodes all of it at once: the browser's own decompression would end after the page has been painted and has told that it
 * is loaded, so that screenshots show nothing. @throws where the data is damaged
 */
export function loadPage(text: string): PageData {
  return decodeReport(inflateSync(decodeBase64(text.trim())));
}

function decodeBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
