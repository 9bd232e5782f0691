/** The page's data: text in the page → bytes → what it shows. */

import { decodeReport, type PageData } from '../../src/render/report/pagedata.ts';

/** @throws where the browser cannot decompress, or the data is damaged. */
export async function loadPage(text: string): Promise<PageData> {
  return decodeReport(await inflate(decodeBase64(text.trim())));
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
