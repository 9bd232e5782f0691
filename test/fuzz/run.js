// npm run fuzz -- 1000000: all fuzz tests with so many inputs; a second number is the first seed.
import { spawnSync } from 'node:child_process';

const [inputs = '100000', seed = '1'] = process.argv.slice(2);
const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', 'test/fuzz', '--testTimeout', '7200000'];
const env = { ...process.env, GOFLAME_FUZZ: inputs, GOFLAME_FUZZ_SEED: seed };
const { status } = spawnSync('npx', args, { stdio: 'inherit', env });
process.exitCode = status ?? 1;
