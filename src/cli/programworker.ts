/** The thread in which a module of the user's own is loaded and run. */

import { parentPort, workerData } from 'node:worker_threads';
import { InputError, UsageError } from '../base/errors.ts';
import type { Exploration } from '../model/exploration.ts';
import { type Emulated, emulateProgram } from './emulatework.ts';
import { exploreProgram } from './explorework.ts';
import { loadModule } from './programs.ts';
import type { ProgramMessage, ProgramTask, ThreadError } from './programthread.ts';

function post(message: ProgramMessage): void {
  parentPort?.postMessage(message);
}

async function run({ command, args }: ProgramTask): Promise<Emulated | Exploration> {
  const scenario = await loadModule(args.scenario as string);
  if (command === 'explore') return exploreProgram(args, scenario, (procs, done) => post({ kind: 'progress', procs, done }));
  const emulated = emulateProgram(args, scenario);
  return { ...emulated, artifacts: new Map([...emulated.artifacts].map(([name, pieces]) => [name, pieces.map(compact)])) };
}

/** A piece without the memory around it, all of which would be sent. */
function compact(piece: string | Uint8Array): string | Uint8Array {
  return typeof piece === 'string' || piece.byteLength === piece.buffer.byteLength ? piece : piece.slice();
}

function describe(error: unknown): ThreadError {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof UsageError) return { type: 'usage', message, place: {}, stack };
  if (error instanceof InputError) return { type: 'input', message, place: error.place, stack };
  return { type: 'bug', message, place: {}, stack };
}

run(workerData as ProgramTask).then(
  (result) => post({ kind: 'result', result }),
  (error) => post({ kind: 'error', error: describe(error) }),
);
