/** Exit codes, which scripts depend on, and how an error is told. */

import { InputError, UsageError } from '../base/errors.ts';

export const EXIT = { done: 0, found: 1, usage: 2, input: 3, interrupted: 130 } as const;

/** What stands on stderr for an error, and the exit code. Errors that are our own bug keep their stack. */
export function describeError(error: unknown): { text: string; code: number } {
  if (error instanceof UsageError) return { text: `goflame: ${error.message}\n`, code: EXIT.usage };
  if (error instanceof InputError)
    return { text: `goflame: ${placeText(error)}${error.message}${excerptText(error)}\n`, code: EXIT.input };
  const system = error as NodeJS.ErrnoException;
  if (typeof system?.code === 'string' && system.syscall !== undefined) {
    return { text: `goflame: ${system.path === undefined ? '' : `${system.path}: `}${systemText(system)}\n`, code: EXIT.input };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `goflame: this is a bug in goflame, please report it:\n${text}\n`, code: EXIT.input };
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
};

function systemText({ code, message }: NodeJS.ErrnoException): string {
  return SYSTEM_TEXTS[code ?? ''] ?? message;
}
