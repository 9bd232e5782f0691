/** The browser that the machine has, if any. CHROMIUM names another one. */

import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export const chromiumPath: string | undefined = [process.env.CHROMIUM, ...PLACES].find(
  (place) => place !== undefined && existsSync(place),
);
