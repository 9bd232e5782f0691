/** The page's script: takes over from what stands there for those without it. */

import { App } from './app.ts';
import { loadPage } from './load.ts';

const data = document.getElementById('data');
const root = document.getElementById('app');
if (data !== null && root !== null) {
  loadPage(data.textContent ?? '')
    .then((page) => {
      document.documentElement.setAttribute('data-live', '');
      new App(page, root).start();
    })
    .catch((error: unknown) => {
      document.documentElement.removeAttribute('data-live');
      root.textContent = `The interactive page could not start in this browser: ${error instanceof Error ? error.message : error}`;
    });
}
