/** The exit code of the command that ran; handlers cannot return one through yargs. */

let code = 0;

export function setExitCode(value: number): void {
  code = value;
}

export function exitCode(): number {
  return code;
}
