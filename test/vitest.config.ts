import { defineConfig } from 'vitest/config';
import { bundledVitePlugin } from '../src/build/bundled.ts';

export default defineConfig({
  plugins: [bundledVitePlugin()],
  test: {
    root: '.',
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
