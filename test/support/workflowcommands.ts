/** Lines of output as the runner of GitHub takes them for commands (actions/runner, ActionCommand.TryParseV2). */

export interface WorkflowCommand {
  readonly command: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** @throws Error for a line that is none */
export function readCommand(line: string): WorkflowCommand {
  const [, command, words = '', message] = /^::([^\s:]+)(?: (.*?))?::(.*)\n$/.exec(line) ?? [];
  if (command === undefined) throw new Error(`no command: ${JSON.stringify(line)}`);
  const pairs = words.split(',').filter((word) => word !== '');
  return {
    command,
    properties: Object.fromEntries(pairs.map((pair) => [pair.split('=', 1)[0], decode(pair.slice(pair.indexOf('=') + 1))])),
    message: decode(message),
  };
}

function decode(text: string): string {
  const to: Record<string, string> = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%' };
  return text.replace(/%(?:0D|0A|3A|2C|25)/g, (code) => to[code]);
}
