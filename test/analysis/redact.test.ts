/** Secrets: nothing of a label value, an argument or a panic message may leave, by any way out. */

import { describe, expect, it } from 'vitest';
import { Collapser } from '../../src/analysis/collapse.ts';
import { EvidenceCollector, teeSinks } from '../../src/analysis/collect.ts';
import { Redactor } from '../../src/analysis/redact.ts';
import { Summarizer } from '../../src/analysis/summary.ts';
import { writeFolded } from '../../src/formats/folded.ts';
import { InputReader } from '../../src/formats/reader.ts';
import { writeFlameGraph } from '../../src/render/flamegraph.ts';
import { writeInspectJson } from '../../src/render/inspectjson.ts';
import { NO_PAINT, writeInspectText } from '../../src/render/inspecttext.ts';

const SECRET = 'hunter2';

/** All that the commands could print of a text. */
function everyOutput(text: string, redact: boolean): string {
  const redactor = redact ? new Redactor() : null;
  const collapser = new Collapser({ groupBy: ['label=token', 'state', 'creator'] });
  const collector = new EvidenceCollector();
  const sinks = teeSinks([
    collapser,
    collector,
    {
      goroutine: (g, p) => summarizer.goroutine(g, p),
      record: (r, p) => summarizer.record(r, p),
      race: (r, p) => summarizer.race(r, p),
    },
  ]);
  const reader: InputReader = new InputReader(redactor === null ? sinks : redactor.guard(sinks), { keepArguments: true });
  const summarizer = new Summarizer(reader.stacks);
  collapser.begin(reader.stacks);
  reader.push(Buffer.from(text));
  const raw = reader.end();
  const evidence = redactor === null ? raw : redactor.finish(raw);
  collector.finish(evidence);
  collapser.finish(evidence);
  const input = { file: 'x', stacks: evidence.stacks, summaries: summarizer.summarize(evidence), problems: evidence.problems };
  const profile = collapser.build();
  const options = { columns: 200, paint: NO_PAINT, top: 100, depth: 100 };
  return [
    ...writeFolded(profile),
    ...writeFlameGraph(profile),
    ...writeInspectJson([input]),
    ...writeInspectText([input], options),
    JSON.stringify(evidence.problems),
  ].join('\n');
}

const BODY = 'main.main()\n\t/src/main.go:3 +0x1d\n';

const LEAKS: Record<string, string> = {
  'a label': `goroutine 1 [select, labels:{"token":"${SECRET}"}]:\n${BODY}`,
  'a label of a profile': `goroutine profile: total 1\n1 @ 0x1\n# labels: {"token":"${SECRET}"}\n#\t0x1\tmain.f+0x1\t/a.go:1\n`,
  'a panic message': `panic: password is ${SECRET}\n\ngoroutine 1 [running]:\n${BODY}`,
  'a panic message of several lines': `panic: first\nsecond ${SECRET}\n\ngoroutine 1 [running]:\n${BODY}`,
  'a later panic of the chain': `panic: first\n\tpanic: ${SECRET}\n\ngoroutine 1 [running]:\n${BODY}`,
  'a runtime error with the value behind it': `panic: runtime error: invalid memory address or nil pointer dereference [recovered]\n\tpanic: ${SECRET}\n\ngoroutine 1 [running]:\n${BODY}`,
  'a panic that a logger caught': `2026/01/02 03:04:05 recovered: ${SECRET}\ngoroutine 1 [running]:\nruntime/debug.Stack()\n\t/s.go:1 +0x1\npanic(0x1)\n\t/p.go:1 +0x1\n${BODY}`,
  'a panic of another goroutine at the same time': `panic: first\npanic: ${SECRET}\n\ngoroutine 1 [running]:\n${BODY}`,
  'a panic behind other output': `loading...panic: ${SECRET}\n\ngoroutine 1 [running]:\n${BODY}`,
  'a panic in a report of ginkgo': `[PANICKED] Test Panicked\n\n${SECRET}\n\nFull Stack Trace\n${BODY}`,
  'a panic that a server caught': `2026/01/02 03:04:05 http: panic serving 127.0.0.1:4711: ${SECRET}\ngoroutine 1 [running]:\n${BODY}`,
  'a header word that nobody knows': `goroutine 1 [select, ${SECRET}]:\n${BODY}`,
  'a line that is no part of the dump': `goroutine 1 [select]:\nmain.f(0x1)\n!!! ${SECRET} !!!\n\t/a.go:1 +0x1\n${BODY}`,
  'an attribute of a test': `=== RUN   TestA\n=== ATTR  TestA token ${SECRET}\n--- PASS: TestA (0.00s)\nok  \texample.com/p\t0.1s\n`,
  'a folder of artifacts': `=== RUN   TestA\n=== ARTIFACTS TestA /tmp/${SECRET}\n--- PASS: TestA (0.00s)\nok  \texample.com/p\t0.1s\n`,
  'what a compiler quotes': `# example.com/p [example.com/p.test]\np/p_test.go:3:4: cannot use "${SECRET}"\nFAIL\texample.com/p [build failed]\n`,
  'a cut line': `goroutine 1 [select]:\n${BODY}\ngoroutine 2 [select, labels:{"token":"${SECRET}`,
};

/** Shown by nothing, redacted or not. */
const ALWAYS_HIDDEN: Record<string, string> = {
  'an argument': `goroutine 1 [select]:\nmain.f({0x1, ${SECRET}})\n\t/a.go:1 +0x1\n${BODY}`,
};

describe('--redact hides', () => {
  for (const [what, text] of Object.entries({ ...LEAKS, ...ALWAYS_HIDDEN })) {
    it(what, () => expect(everyOutput(text, true)).not.toContain(SECRET));
  }

  for (const what of ['a label', 'a panic message', 'a later panic of the chain', 'a header word that nobody knows']) {
    it(`${what}: it would be seen otherwise`, () => expect(everyOutput(LEAKS[what], false)).toContain(SECRET));
  }

  it('but not what the runtime itself says', () => {
    const text = `panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\n${BODY}`;
    expect(everyOutput(text, true)).toContain('index out of range [5] with length 3');
    expect(everyOutput(`fatal error: concurrent map writes\n\ngoroutine 1 [running]:\n${BODY}`, true)).toContain(
      'concurrent map writes',
    );
  });

  it('with the same stand-in for the same value, so that groups stay groups', () => {
    const labelled = (id: number, value: string) => `goroutine ${id} [select, labels:{"token":"${value}"}]:\n${BODY}\n`;
    const output = everyOutput(labelled(1, SECRET) + labelled(2, 'other') + labelled(3, SECRET), true);
    expect(output).toContain('token=redacted-1;select;(no creator);main.main 2');
    expect(output).toContain('token=redacted-2;select;(no creator);main.main 1');
  });
});
