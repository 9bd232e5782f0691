/**
 * JUnit XML, as GitLab, Jenkins, GitHub actions and IDEs read it. There is no standard: this is the shape that all of them take.
 *
 *     <testsuites tests="1" failures="1" errors="0" time="0.060">
 *       <testsuite name="example.com/p" tests="1" failures="1" errors="0" skipped="0" time="0.060">
 *         <testcase classname="example.com/p" name="TestX" time="0.060" file="p/p_test.go" line="4">
 *           <failure type="data-race" message="read in p.A, write in p.B">…</failure>
 */

import { escapeXml } from '../xml.ts';
import type { CiReport } from './items.ts';
import { type CaseResult, gatherCases, type TestCase, type TestSuite } from './testcases.ts';
import { cleanLines, clip, oneLine } from './text.ts';

/** GitLab takes files below 30 MB; past this, texts are left out and cases are not. */
export const JUNIT_TEXT_BYTES = 24_000_000;
const MAX_CASE_TEXT = 64_000;
const MAX_MESSAGE = 500;
const MAX_LINE = 2000;

export function* writeJUnit(report: CiReport, textBytes = JUNIT_TEXT_BYTES): Generator<string> {
  const suites = gatherCases(report);
  const { started, seconds } = report.evidence.run;
  const all = suites.flatMap(({ cases }) => [...cases.values()]);
  const time = seconds ?? suites.reduce((sum, suite) => sum + timeOf(suite), 0);
  const budget = { left: textBytes };
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<testsuites${attributes({ name: 'goflame ci', ...countVerdicts(all), time: time.toFixed(3) })}>\n`;
  for (const suite of suites) yield* writeSuite(suite, started, report, budget);
  yield '</testsuites>\n';
}

interface Budget {
  left: number;
}

function* writeSuite(suite: TestSuite, started: string | null, report: CiReport, budget: Budget): Generator<string> {
  const { name, cases } = suite;
  const { run } = report.evidence;
  const timestamp = started === null ? {} : { timestamp: started.replace(/\.\d+Z$/, 'Z') };
  const counts = countVerdicts([...cases.values()]);
  yield `  <testsuite${attributes({ name, ...counts, time: timeOf(suite).toFixed(3), ...timestamp })}>\n`;
  yield '    <properties>\n';
  for (const [key, value] of [['goflame.version', run.goflame], ['goflame.state', run.state], ...Object.entries(run.tags)])
    yield `      <property${attributes({ name: oneLine(key, MAX_MESSAGE), value: oneLine(value, MAX_MESSAGE) })}/>\n`;
  yield '    </properties>\n';
  for (const one of cases.values()) yield* writeCase(name, one, budget);
  yield '  </testsuite>\n';
}

function* writeCase(classname: string, { name, seconds, result, notes }: TestCase, budget: Budget): Generator<string> {
  const { place, verdict } = result;
  const where = place === null ? {} : { file: oneLine(place.file, MAX_LINE), line: String(place.line) };
  const head = `    <testcase${attributes({ classname, name, time: (seconds ?? 0).toFixed(3), ...where })}`;
  if (verdict === 'pass' && notes.length === 0) {
    yield `${head}/>\n`;
    return;
  }
  yield `${head}>\n`;
  yield writeResult(result, budget);
  if (notes.length > 0) yield `      <system-out>${textOf(notes, budget)}</system-out>\n`;
  yield '    </testcase>\n';
}

function writeResult({ verdict, type, message, text }: CaseResult, budget: Budget): string {
  const said = oneLine(message, MAX_MESSAGE);
  switch (verdict) {
    case 'pass':
      return '';
    case 'skipped':
      return `      <skipped${attributes({ message: said })}/>\n`;
    case 'failure':
    case 'error':
      return `      <${verdict}${attributes({ type, message: said })}>${textOf(text, budget)}</${verdict}>\n`;
  }
}

/** Lines as the content of an element, as many as there is room for. */
function textOf(lines: readonly string[], budget: Budget): string {
  const whole = cleanLines(lines, MAX_LINE).join('\n');
  const escaped = clip(whole, MAX_CASE_TEXT)
    .split('\n')
    .map((line) => line.split('\t').map(escapeXml).join('\t'))
    .join('\n');
  const bytes = Buffer.byteLength(escaped);
  if (bytes > budget.left) return 'left out: this file would be too large for those who read it';
  budget.left -= bytes;
  return escaped;
}

function countVerdicts(cases: readonly TestCase[]): Record<string, string> {
  const of = (verdict: string) => String(cases.filter(({ result }) => result.verdict === verdict).length);
  return { tests: String(cases.length), failures: of('failure'), errors: of('error'), skipped: of('skipped') };
}

/** Of the package as go tells it, else of its outermost tests together. */
function timeOf({ seconds, cases }: TestSuite): number {
  if (seconds !== null) return seconds;
  return [...cases.values()].filter(({ name }) => !name.includes('/')).reduce((sum, one) => sum + (one.seconds ?? 0), 0);
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('');
}
