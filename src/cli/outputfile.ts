/** A file that appears whole or not at all: written beside its place under another name, and renamed when all is on the disk. */

import fs from 'node:fs';
import path from 'node:path';
import { OutputError } from './exit.ts';
import { forgetUnfinished, trackUnfinished } from './interrupts.ts';

/** Permission bits, and those that let anybody write. */
const MODE_BITS = 0o7777;
const WRITE_BITS = 0o222;
const NEW_FILE_MODE = 0o666;
/** Links that are followed before they are taken to lead round in a circle; Linux follows as many. */
const MAX_LINKS = 40;
/** File systems that cannot promise that bytes are on the disk say so by these. */
const NO_SYNC = new Set(['EINVAL', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP']);

let counter = 0;

/** The place of a file, links followed; `old` is null where there is none yet. */
export interface FileTarget {
  readonly kind: 'file';
  readonly file: string;
  readonly old: fs.Stats | null;
}

/** What is at a place where a result is to go. A device or a pipe is written to directly, for it cannot be replaced. */
export type Target = FileTarget | { readonly kind: 'special'; readonly file: string };

/**
 * Looks at the place where a result is to go; links are followed, also those that lead to nothing yet.
 * @throws OutputError that names the place as the user did, where no file can be written there
 */
export function findTarget(name: string): Target {
  try {
    const file = followLinks(name);
    const old = fs.statSync(file, { throwIfNoEntry: false }) ?? null;
    if (old === null) {
      fs.accessSync(path.dirname(file), fs.constants.W_OK);
      return { kind: 'file', file, old };
    }
    if (old.isDirectory()) throw new OutputError(name, 'it is a folder; a file is expected');
    if (!old.isFile()) return { kind: 'special', file };
    if ((old.mode & WRITE_BITS) === 0) throw new OutputError(name, 'it is read-only');
    fs.accessSync(file, fs.constants.W_OK);
    return { kind: 'file', file, old };
  } catch (error) {
    throw error instanceof OutputError ? error : new OutputError(name, error as NodeJS.ErrnoException);
  }
}

/** Where a chain of symbolic links leads, whether there is a file or not. */
function followLinks(name: string): string {
  let file = path.join(fs.realpathSync(path.dirname(name)), path.basename(name));
  for (let links = 0; links < MAX_LINKS; links++) {
    if (!fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) return file;
    const next = path.resolve(path.dirname(file), fs.readlinkSync(file));
    file = path.join(fs.realpathSync(path.dirname(next)), path.basename(next));
  }
  throw new OutputError(name, 'its symbolic links lead round in a circle');
}

export class OutputFile {
  /** As the user named it. */
  private readonly name: string;
  private readonly target: string;
  private readonly temporary: string;
  private readonly fd: number;
  private isOpen = true;

  /** @throws OutputError, as all methods do */
  constructor(name: string, { file, old }: FileTarget) {
    this.name = name;
    this.target = file;
    this.temporary = path.join(path.dirname(file), `.goflame-${process.pid}-${counter++}.tmp`);
    // Before the file is there: a signal may come between.
    trackUnfinished(this.temporary);
    try {
      this.fd = fs.openSync(this.temporary, 'wx', old === null ? NEW_FILE_MODE : old.mode & MODE_BITS);
    } catch (error) {
      forgetUnfinished(this.temporary);
      throw new OutputError(name, error as NodeJS.ErrnoException);
    }
    if (old !== null) this.guard(() => this.keepOwner(old));
  }

  write(bytes: Uint8Array): void {
    this.guard(() => writeWhole(this.fd, bytes));
  }

  /** Puts the file on the disk, whole, still under its other name. */
  async flush(): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => fs.fsync(this.fd, (error) => (error === null ? resolve() : reject(error))));
    } catch (error) {
      if (!NO_SYNC.has((error as NodeJS.ErrnoException).code ?? '')) this.fail(error as NodeJS.ErrnoException);
    }
    this.guard(() => this.close());
  }

  /** Puts the flushed file in its place. */
  commit(): void {
    this.guard(() => fs.renameSync(this.temporary, this.target));
    forgetUnfinished(this.temporary);
  }

  /** Leaves the place as it was. */
  abandon(): void {
    try {
      this.close();
    } catch {
      // What is removed need not be closed well.
    }
    fs.rmSync(this.temporary, { force: true });
    forgetUnfinished(this.temporary);
  }

  private close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    fs.closeSync(this.fd);
  }

  /** The file that is replaced keeps its permissions, and its owner where that is allowed. */
  private keepOwner({ mode, uid, gid }: fs.Stats): void {
    if (uid !== process.geteuid?.() || gid !== process.getegid?.()) {
      try {
        fs.fchownSync(this.fd, uid, gid);
      } catch {
        // Only root may give files away.
      }
    }
    fs.fchmodSync(this.fd, mode & MODE_BITS);
  }

  private guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.fail(error as NodeJS.ErrnoException);
    }
  }

  private fail(error: NodeJS.ErrnoException): never {
    this.abandon();
    throw new OutputError(this.name, error);
  }
}

/** Writes all of the bytes: a disk that fills up takes a part without an error. */
export function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at);
}
