/**
 * Makes calls of the file system fail, one at a time: `node --import faults.js bin/goflame.js …`, with FAULT_ROOT (calls
 * on files below it count), FAULT_LOG (where the names of the calls go, one a line) and FAULT (`7:EIO`: the seventh call
 * fails; `7:short`: it writes a part, and the next write of the same file finds the disk full).
 */

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import threads from 'node:worker_threads';

const root = process.env.FAULT_ROOT;
const [at, code] = (process.env.FAULT ?? '0:EIO').split(':');
const calls = [];
/** Descriptors of files below the root. */
const known = new Set();
const full = new Set();

const reals = { ...fs };

function failure(name, file, as = code) {
  const error = new Error(`${as}: injected, ${name}`);
  return Object.assign(error, { code: as, errno: -5, syscall: name, ...(file === undefined ? {} : { path: file }) });
}

/** Counts a call; the error where it is this one's turn to fail. */
function turn(name, file) {
  calls.push(name);
  return calls.length === Number(at) ? failure(name, file) : null;
}

const isBelow = (file) => typeof file === 'string' && path.resolve(file).startsWith(root);

for (const name of ['statSync', 'lstatSync', 'accessSync', 'realpathSync', 'readlinkSync', 'renameSync', 'readFileSync']) {
  fs[name] = (file, ...rest) => {
    const error = isBelow(file) ? turn(name, file) : null;
    if (error !== null) throw error;
    return reals[name](file, ...rest);
  };
}
fs.openSync = (file, ...rest) => {
  if (!isBelow(file)) return reals.openSync(file, ...rest);
  const error = turn('openSync', file);
  if (error !== null) throw error;
  const fd = reals.openSync(file, ...rest);
  known.add(fd);
  return fd;
};
for (const name of ['fstatSync', 'readSync', 'writeSync', 'closeSync', 'fchmodSync']) {
  fs[name] = (fd, ...rest) => {
    if (!known.has(fd)) return reals[name](fd, ...rest);
    if (full.has(fd) && name === 'writeSync') throw failure(name, undefined, 'ENOSPC');
    const error = turn(name);
    if (error !== null && code === 'short' && name === 'writeSync') {
      full.add(fd);
      const [bytes, offset = 0] = rest;
      return reals.writeSync(fd, bytes, offset, Math.floor((bytes.length - offset) / 2));
    }
    if (name === 'closeSync') known.delete(fd);
    if (error !== null) {
      // The descriptor is gone, whatever close says.
      if (name === 'closeSync') reals.closeSync(fd);
      throw error;
    }
    return reals[name](fd, ...rest);
  };
}
for (const name of ['read', 'fsync']) {
  fs[name] = (fd, ...rest) => {
    const error = known.has(fd) ? turn(name) : null;
    if (error === null) return reals[name](fd, ...rest);
    setImmediate(() => rest.at(-1)(error));
  };
}
// Node's own promisify knows the names of read's results.
fs.read[promisify.custom] = (fd, buffer) =>
  new Promise((resolve, reject) => {
    fs.read(fd, buffer, (error, bytesRead) => (error ? reject(error) : resolve({ bytesRead, buffer })));
  });
const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(...args) {
    const error = turn('Worker');
    if (error !== null) throw error;
    super(...args);
  }
};
if (threads.isMainThread && root !== undefined) {
  syncBuiltinESMExports();
  process.on('exit', () => {
    if (process.env.FAULT_LOG !== undefined)
      reals.writeFileSync(process.env.FAULT_LOG, calls.map((name) => `${name}\n`).join(''));
  });
}
