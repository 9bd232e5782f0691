/** What lies between a program and a file: each changes a text as loggers, CI systems and exports of log stores do. */

function lines(change: (line: string, i: number) => string): (text: string) => string {
  return (text) => text.split('\n').map(change).join('\n');
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function jsonLines(wrap: (line: string) => object): (text: string) => string {
  return lines((line) => JSON.stringify(wrap(line)));
}

function entries<T>(text: string, make: (line: string, i: number) => T): T[] {
  return text.split('\n').map(make);
}

function yaml(scalar: (line: string) => string): (text: string) => string {
  return (text) =>
    entries(
      text,
      (l, i) => `---\ninsertId: x${i}\nlabels:\n  k8s-pod/app: shop\ntextPayload: ${scalar(l)}\ntimestamp: '${timeAt(i)}'\n`,
    ).join('');
}

function document(make: (line: string, i: number) => object): (text: string) => string {
  return (text) => JSON.stringify(entries(text, make), null, 2);
}

function timeAt(i: number): string {
  return new Date(1.8e12 + i * 7).toISOString();
}

function table(delimiter: string, all: boolean): (text: string) => string {
  const quote = (field: string) =>
    all || field.includes(delimiter) || field.includes('"') ? `"${field.replaceAll('"', '""')}"` : field;
  return (text) =>
    [['@timestamp', '@message'], ...entries(text, (l, i) => [timeAt(i), l])]
      .map((row) => row.map(quote).join(delimiter))
      .join('\n');
}

function reversed(text: string): string {
  return text.trimEnd().split('\n').reverse().join('\n');
}

function escapeEntities(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&#34;',
    "'": '&#39;',
    '\n': '&#xA;',
    '\t': '&#x9;',
  };
  return text.replace(/[&<>"'\n\t]/g, (c) => names[c]);
}

function escapeService(text: string): string {
  return text
    .replace(/[|'[\]]/g, '|$&')
    .replaceAll('\n', '|n')
    .replaceAll('é', '|0x00e9');
}

export const CARRIERS: Record<string, (text: string) => string | Buffer> = {
  'docker compose': lines((l) => `api_1  | ${l}`),
  'docker compose, blanks at line ends lost': lines((l) => `api_1  | ${l}`.trimEnd()),
  'Kubernetes CRI, a changing time': lines(
    (l, i) => `2026-11-01T10:00:${digits(i % 60, 2)}.${digits((i * 7919) % 1e9, 9)}Z stderr F ${l}`,
  ),
  'GitHub Actions, fractions of any length': lines(
    (l, i) => `2026-11-01T10:00:${digits(i % 60, 2)}.${String((i * 7919) % 1e7).replace(/0+$/, '1')}Z ${l}`,
  ),
  journald: lines((l, i) => `Nov 30 10:00:${digits(i % 60, 2)} host-1 app[2866]: ${l}`),
  klog: lines((l, i) => `${'EIWF'[i % 4]}1101 10:00:00.${digits(i, 6)}       1 main.go:12] ${l}`),
  Jenkins: lines((l, i) => `[2021-06-21T15:36:38.${digits(i % 1000, 3)}Z] ${l}`),
  kubectl: lines((l) => `[pod/api-7d9f8-abc12/api] ${l}`),
  'two containers in turn': lines((l, i) => `web_1  | ${l}\nweb_2  | tick ${i}`),
  'CRLF line ends': lines((l) => `${l}\r`),
  'ANSI colours': lines((l) => `\x1b[31m${l}\x1b[0m`),
  'tabs turned to 4 blanks': (text) => text.replaceAll('\t', '    '),
  'tabs turned to 8 blanks': (text) => text.replaceAll('\t', '        '),
  'indented by 4': lines((l) => `    ${l}`),
  'UTF-16': (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
  'a byte order mark': (text) => `\ufeff${text}`,
  'HTML entities': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&#34;'),
  'docker json-file': jsonLines((l) => ({ log: `${l}\n`, stream: 'stderr', time: '2026' })),
  'Google Cloud, nested JSON': jsonLines((l) => ({ insertId: 'x', jsonPayload: { message: l } })),
  'one JSON string': (text) => JSON.stringify({ level: 'error', msg: 'boom', stacktrace: text }),
  'JSON in JSON': (text) => JSON.stringify({ log: JSON.stringify({ msg: 'x', stack: text }) }),
  logfmt: (text) => `time=x level=error msg=panic stack=${JSON.stringify(text)} foo=bar`,
  'test2json, lines split': (text) =>
    text
      .split('\n')
      .flatMap((l) => [l.slice(0, 20), `${l.slice(20)}\n`])
      .map((Output) => JSON.stringify({ Action: 'output', Package: 'p', Test: 'TestX', Output }))
      .join('\n'),
  'Google Cloud, one document': document((l, i) => ({
    insertId: `x${i}`,
    textPayload: l,
    timestamp: timeAt(i),
    resource: { type: 'k8s' },
  })),
  'Google Cloud, one document, the newest first': (text) =>
    JSON.stringify(
      entries(text, (l, i) => ({ timestamp: timeAt(i), severity: 'ERROR', jsonPayload: { message: l } })).reverse(),
      null,
      2,
    ),
  'Amazon, one line': (text) =>
    JSON.stringify({
      events: entries(text, (l, i) => ({
        logStreamName: 's',
        timestamp: 1e12 + i,
        message: l,
        ingestionTime: 5,
        eventId: String(i),
      })),
      searchedLogStreams: [{ logStreamName: 's', searchedCompletely: true }],
    }),
  'Amazon, events with line ends': (text) =>
    JSON.stringify({ events: entries(text, (l, i) => ({ timestamp: 1e12 + i, message: `${l}\n` })) }, null, 4),
  'Amazon, whole dump in an event': (text) => JSON.stringify({ events: [{ message: text, timestamp: 1 }] }, null, 4),
  'CloudWatch Logs Insights': (text) =>
    JSON.stringify({
      results: entries(text, (l, i) => [
        { field: '@timestamp', value: timeAt(i) },
        { field: '@message', value: l },
      ]),
      status: 'Complete',
    }),
  Elasticsearch: (text) =>
    JSON.stringify(
      {
        took: 3,
        hits: {
          total: { value: 3 },
          hits: entries(text, (l, i) => ({ _id: String(i), _source: { '@timestamp': timeAt(i), message: l }, sort: [i] })),
        },
      },
      null,
      2,
    ),
  'Kibana, fields': (text) =>
    JSON.stringify({ hits: { hits: entries(text, (l) => ({ _index: 'a', fields: { message: [l], 'host.name': ['h'] } })) } }),
  'Elasticsearch, the newest first': (text) =>
    JSON.stringify(
      { hits: { hits: entries(text, (l, i) => ({ _source: { log: l, '@timestamp': timeAt(i) } })).reverse() } },
      null,
      1,
    ),
  Loki: (text) =>
    JSON.stringify({
      status: 'success',
      data: {
        resultType: 'streams',
        result: [{ stream: { app: 'shop', line: 'x' }, values: entries(text, (l, i) => [String(1e18 + i), l]) }],
        stats: { summary: {} },
      },
    }),
  'Loki, the newest first': (text) =>
    JSON.stringify(
      { data: { result: [{ stream: { app: 'shop' }, values: entries(text, (l, i) => [String(1e15 + i), l]).reverse() }] } },
      null,
      2,
    ),
  Datadog: (text) =>
    JSON.stringify({
      data: entries(text, (l, i) => ({
        id: String(i),
        type: 'log',
        attributes: { timestamp: timeAt(i), tags: ['a', 'b'], message: l },
      })),
      meta: { page: { after: 'x' } },
    }),
  'Datadog, older': (text) =>
    JSON.stringify({ logs: entries(text, (l) => ({ id: 'x', content: { message: l, tags: ['a'] } })) }, null, 2),
  OpenTelemetry: (text) =>
    JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeLogs: [
            { scope: {}, logRecords: entries(text, (l, i) => ({ timeUnixNano: String(i), body: { stringValue: l } })) },
          ],
        },
      ],
    }),
  Splunk: document((l, i) => ({ preview: false, offset: i, result: { _time: timeAt(i), _raw: l } })),
  'objects over several lines, one after the other': (text) =>
    entries(text, (l, i) => JSON.stringify({ ts: timeAt(i), tags: ['x'], msg: l }, null, 2)).join('\n'),
  'Google Cloud, YAML': yaml((l) => (l === '' ? "''" : /^\t/.test(l) ? JSON.stringify(l) : `'${l.replaceAll("'", "''")}'`)),
  'Google Cloud, YAML, the newest first': (text) =>
    yaml((l) => JSON.stringify(l))(text)
      .split('---\n')
      .reverse()
      .join('---\n'),
  'Google Cloud, YAML, blocks': yaml((l) => `|-\n    ${l}`),
  'an array of lines': (text) => JSON.stringify(text.split('\n'), null, 2),
  'an array in an object': (text) => JSON.stringify({ pod: 'x', lines: text.split('\n') }),
  'a document below a prompt': (text) => `$ gcloud logging read\n${document((l) => ({ textPayload: l }))(text)}\n`,
  'CSV, quoted where needed': table(',', false),
  'CSV, all quoted': table(',', true),
  'CSV with semicolons': table(';', false),
  'tab-separated values': (text) =>
    `time\tmessage\n${entries(text, (l, i) => `${timeAt(i)}\t"${l.replaceAll('"', '""')}"`).join('\n')}`,
  'CSV, the newest first': (text) => {
    const [head, ...rows] = table(',', true)(text).split('\n');
    return [head, ...rows.reverse()].join('\n');
  },
  'CSV, a whole dump in a field': (text) =>
    `"time","Line","labels"\r\n"${timeAt(1)}","${text.replaceAll('"', '""')}","{""app"":""x""}"\r\n`,
  'JUnit, escaped': (text) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n\t<testsuite tests="1" name="p">\n\t\t<testcase classname="c" name="TestX [a]" time="0.01">\n\t\t\t<failure message="Failed" type="">${escapeEntities(text)}</failure>\n\t\t</testcase>\n\t</testsuite>\n</testsuites>\n`,
  'JUnit, decimal entities, an attribute': (text) =>
    `<testsuites><testsuite><testcase name="TestX"><failure message="${escapeEntities(text).replaceAll('&#xA;', '&#10;').replaceAll('&#x9;', '&#9;')}"/></testcase></testsuite></testsuites>`,
  'JUnit, CDATA': (text) =>
    `<?xml version="1.0"?>\n<testsuite><testcase name="a"><system-out><![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]></system-out></testcase></testsuite>\n`,
  'TeamCity, one message': (text) =>
    `##teamcity[testFailed timestamp='2026' name='TestX' message='Failed' details='${escapeService(text)}']`,
  'TeamCity, a message a line': lines((l) => `##teamcity[testStdErr name='TestX' out='${escapeService(`${l}\n`)}' flowId='7']`),
  'TeamCity behind a time': lines((l) => `[10:00:00]W:\t ##teamcity[message text='${escapeService(l)}' status='ERROR']`),
  'the newest line first': reversed,
  'the newest line first, behind a time': (text) => reversed((CARRIERS.journald as (text: string) => string)(text)),
  'JSON lines, the newest first': (text) => reversed((CARRIERS['Google Cloud, nested JSON'] as (text: string) => string)(text)),
  'rsyslog, tabs in octal': lines(
    (l, i) => `2026-03-16T15:08:35.${digits(i, 6)}+08:00 host011 shop[16535]: ${l.replaceAll('\t', '#011')} `,
  ),
  'line ends as ^M': lines((l) => `[12:34:05]W:     [Step 2/2] ${l}^M`),
  'line ends as ^M, tabs as ^I': lines((l) => `${l.replaceAll('\t', '^I')}^M`),
  'a log before and behind': (text) =>
    `2026/11/01 10:00:00 listening on :8080\n2026/11/01 10:00:01 {"a":1}\n${text}\n2026/11/01 bye\n`,
};
