/** Generated inputs: the same bytes for the same seed. */

const STATES = [
  'chan receive',
  'select',
  'IO wait',
  'sync.Mutex.Lock',
  'semacquire',
  'sleep',
  'chan send',
  'running',
  'runnable',
];
const FUNCTIONS = ['(*Server).handle', 'process', '(*Pool[...]).worker.func1', 'Run', '(*Conn).readLoop'];

/** Whole numbers in [0, n), seeded. */
export function makeRandom(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % n;
  };
}

/** A dump in chunks of one goroutine. `stacks`: how many different stacks there are. */
export function* generateDump(goroutines: number, stacks: number, seed = 1): Generator<string> {
  const random = makeRandom(seed);
  const hex = (digits: number) => random(0xfffff).toString(16).padStart(digits, '0');
  const packages = Array.from({ length: 60 }, (_, i) => `github.com/acme/service${i % 7}/internal/pkg${i}`);
  const chains = Array.from({ length: stacks }, () =>
    Array.from({ length: 4 + random(9) }, () => {
      const path = packages[random(60)];
      return [`${path}.${FUNCTIONS[random(5)]}`, `/home/build/go/src/${path}/file${random(20)}.go:${random(900) + 1}`];
    }),
  );
  yield 'SIGQUIT: quit\nPC=0x46d2a1 m=0 sigcode=0\n\n';
  for (let id = 1; id <= goroutines; id++) {
    const wait = random(3) > 0 ? `, ${random(300) + 1} minutes` : '';
    let text = `goroutine ${id} [${STATES[random(9)]}${wait}]:\n`;
    for (const [name, place] of chains[random(stacks)]) {
      text += `${name}(0xc00${hex(7)}, {0x${hex(6)}, 0x${random(64)}}, 0x${hex(3)}?)\n\t${place} +0x${hex(3)}\n`;
    }
    const creator = `${packages[random(60)]}.(*Server).Serve in goroutine ${random(100) + 1}`;
    yield `${text}created by ${creator}\n\t/home/build/go/src/x/serve.go:${random(50) + 1} +0x${hex(3)}\n\n`;
  }
}

/** Folded stacks of a program of 2,000 functions that call up to four others each: `count` different ones, 8 to 37 deep. */
export function generateFolded(count: number, seed = 7): string {
  const random = makeRandom(seed);
  const functions = 2000;
  const names = Array.from(
    { length: functions },
    (_, i) => `example.com/shop/${'abcdefg'[i % 7]}/part${i % 43}.(*T${i % 17}).Method${i}`,
  );
  const callees = names.map(() => Array.from({ length: 1 + random(4) }, () => random(functions)));
  const weights = new Map<string, number>();
  while (weights.size < count) {
    const path = ['main.main'];
    for (let at = 0, depth = 8 + random(30); path.length < depth; at = callees[at][random(callees[at].length)])
      path.push(names[at]);
    const stack = path.join(';');
    weights.set(stack, (weights.get(stack) ?? 0) + 1 + random(5));
  }
  return [...weights].map(([stack, weight]) => `${stack} ${weight}\n`).join('');
}
