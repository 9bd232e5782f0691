/** Several files in one text (txtar): what stands before the first mark, then `-- NAME --` and its lines. */

export interface Archive {
  readonly comment: string;
  readonly files: ReadonlyMap<string, string>;
}

const MARK = /^-- (.*\S) --$/;

export function parseArchive(text: string): Archive {
  const parts: [string, string[]][] = [['', []]];
  for (const line of text.split(/(?<=\n)/)) {
    const name = MARK.exec(line.trimEnd())?.[1];
    if (name === undefined) parts[parts.length - 1][1].push(line);
    else parts.push([name, []]);
  }
  const [[, comment], ...files] = parts.map(([name, lines]) => [name, lines.join('')] as const);
  return { comment, files: new Map(files) };
}

export function formatArchive({ comment, files }: Archive): string {
  return comment + [...files].map(([name, text]) => `-- ${name} --\n${text}`).join('');
}
