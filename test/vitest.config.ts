import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { bundledVitePlugin } from '../src/build/bundled.ts';

export default defineConfig({
  plugins: [bundledVitePlugin()],
  resolve: { alias: { 'd3-transition': path.resolve('templates/report/stillselection.ts') } },
  test: {
    root: '.',
    // Its entry imports a style sheet, which Node cannot.
    server: { deps: { inline: ['d3-flame-graph'] } },
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
