// What `npm run prepare` does after an install: builds, where the build tools were installed too. Without them (npm ci
// --omit=dev in a checkout) the install goes through, and one line says what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

function hasTools() {
  const { resolve } = createRequire(import.meta.url);
  try {
    resolve('esbuild');
    resolve('typescript/package.json');
    return true;
  } catch {
    return false;
  }
}

if (hasTools()) {
  const { status } = spawnSync('npm run --silent build', { shell: true, stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else if (!existsSync('dist/cli.js')) {
  console.error('goflame is installed without its build tools and is not built: run `npm ci` without --omit=dev, once');
}
