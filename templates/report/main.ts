/** The page's script: takes over from what stands there for those without it. */

import { App } from './app.ts';
import { loadPage } from './load.ts';

const data = document.getElementById('data');
const root = document.getElementById('app');
if (data !== null && root !== null) {
  try {
    new App(loadPage(data.textContent ?? ''), root).start();
  } catch (error) {
    document.documentElement.removeAttribute('data-live');
    root.textContent = `The interactive page could not start in this browser: ${error instanceof Error ? error.message : error}`;
  }
}
