/** Exit codes, which scripts depend on, and how an error is told. */

import { InputError, UsageError } from '../base/errors.ts';
import { VERSION } from '../version.ts';

export const EXIT = { done: 0, found: 1, usage: 2, input: 3, interrupted: 130 } as const;

/** A result that could not be written: to a file, as the user named it, or to `stdout`. The command line exits with 3. */
export class OutputError extends Error {
  override readonly name = 'OutputError';

  constructor(target: string, reason: string | NodeJS.ErrnoException) {
    super(`cannot write ${target === '' ? '""' : target}: ${typeof reason === 'string' ? reason : systemText(reason)}`);
  }
}

/** What stands on stderr for an error, in one line as far as it is ours, and the exit code. */
export function describeError(error: unknown): { text: string; code: number } {
  if (error instanceof UsageError) return { text: `goflame: ${error.message}\n`, code: EXIT.usage };
  if (error instanceof InputError)
    return { text: `goflame: ${placeText(error)}${error.message}${excerptText(error)}\n`, code: EXIT.input };
  if (error instanceof OutputError) return { text: `goflame: ${error.message}\n`, code: EXIT.input };
  const system = error as NodeJS.ErrnoException;
  if (typeof system?.code === 'string' && system.syscall !== undefined) {
    return { text: `goflame: ${system.path === undefined ? '' : `${system.path}: `}${systemText(system)}\n`, code: EXIT.input };
  }
  return { text: `goflame: ${bugText(error)}\n`, code: EXIT.input };
}

/** Our own bug in one line: what, where, and in which version. `GOFLAME_DEBUG=1` adds the stack. */
function bugText(error: unknown): string {
  const what = error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error);
  const stack = (error instanceof Error && error.stack) || '';
  const where = /^\s+at (?:.*[(/])?([^/()]+:\d+:\d+)\)?$/m.exec(stack)?.[1];
  const version = `goflame ${VERSION}, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
  const line = `this is a bug (${what}${where === undefined ? '' : ` at ${where}`}; ${version}): please report this line and the command to the project, see "Found a bug?" in the README`;
  return process.env.GOFLAME_DEBUG ? `${line}\n${stack}` : line;
}

function placeText({ place }: InputError): string {
  const where =
    place.line !== undefined ? `:${place.line}` : place.offset !== undefined && place.offset > 0 ? `: byte ${place.offset}` : '';
  return place.file === undefined ? '' : `${place.file === '-' ? 'stdin' : place.file}${where}: `;
}

function excerptText({ place }: InputError): string {
  return place.excerpt === undefined || place.excerpt === '' ? '' : `\n    ${place.excerpt}`;
}

const SYSTEM_TEXTS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EISDIR: 'is a folder; a file is expected',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'not a folder',
  EROFS: 'the file system is read-only',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the device reports an error (EIO)',
  EFBIG: 'the file would be too large',
  ELOOP: 'its symbolic links lead round in a circle',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ETXTBSY: 'the file is in use',
  EBUSY: 'the file is in use',
  EPERM: 'not permitted',
};

/** What a failed system call means, in words. */
export function systemText({ code, message }: NodeJS.ErrnoException): string {
  return SYSTEM_TEXTS[code ?? ''] ?? message.split('\n')[0];
}
