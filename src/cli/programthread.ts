/**
 * Runs programs so that Ctrl-C ends them. A module of the user's own runs in a thread: it may loop for ever, end the process,
 * leave timers behind, print, or use up the memory, and the command line goes on.
 */

import { Worker } from 'node:worker_threads';
import { InputError, type InputPlace, UsageError } from '../base/errors.ts';
import { findScenario } from '../emulator/scenarios/index.ts';
import type { Exploration } from '../model/exploration.ts';
import { type EmulateArguments, type Emulated, emulateProgram } from './emulatework.ts';
import { type ExploreArguments, exploreProgram, type ShowProgress } from './explorework.ts';
import { interruptible } from './interrupts.ts';
import { isModule, requireName } from './programs.ts';
import { note } from './streams.ts';
import { threadFile } from './threadfile.ts';

/** What the thread is to do. */
export type ProgramTask =
  | { readonly command: 'emulate'; readonly args: EmulateArguments }
  | { readonly command: 'explore'; readonly args: ExploreArguments };

/** What the thread says. The last message is a result or an error. */
export type ProgramMessage =
  | { readonly kind: 'progress'; readonly procs: number; readonly done: number }
  | { readonly kind: 'result'; readonly result: Emulated | Exploration }
  | { readonly kind: 'error'; readonly error: ThreadError };

/** An error as it goes from thread to thread: classes do not. */
export interface ThreadError {
  readonly type: 'usage' | 'input' | 'bug';
  readonly message: string;
  readonly place: InputPlace;
  readonly stack: string;
}

/** @throws UsageError, InputError */
export async function runEmulation(args: EmulateArguments): Promise<Emulated> {
  const name = requireName(args.scenario);
  if (!isModule(name)) return await interruptible(() => emulateProgram(args, findScenario(name)));
  return (await runInThread({ command: 'emulate', args }, name, () => {})) as Emulated;
}

/** @throws UsageError, InputError */
export async function runExploration(args: ExploreArguments, progress: ShowProgress): Promise<Exploration> {
  const name = requireName(args.scenario);
  if (!isModule(name)) return await interruptible(() => exploreProgram(args, findScenario(name), progress));
  return (await runInThread({ command: 'explore', args }, name, progress)) as Exploration;
}

async function runInThread(task: ProgramTask, file: string, progress: ShowProgress): Promise<Emulated | Exploration> {
  const worker = new Worker(threadFile('programworker.js') as URL, { workerData: task, stdout: true, stderr: true });
  // What the program prints by itself is for its author, and no part of the result.
  for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding('utf8').on('data', (text: string) => note(text));
  try {
    const last = await lastMessage(worker, file, progress);
    if (last.kind === 'error') throw errorOf(last.error);
    return last.result;
  } finally {
    // What it has printed is on its way.
    await new Promise((resolve) => setImmediate(resolve));
    await worker.terminate();
  }
}

type LastMessage = Exclude<ProgramMessage, { kind: 'progress' }>;

function lastMessage(worker: Worker, file: string, progress: ShowProgress): Promise<LastMessage> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: ProgramMessage) => {
      if (message.kind === 'progress') progress(message.procs, message.done);
      else resolve(message);
    });
    worker.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? 'the program needs more memory than there is'
          : `the program threw ${error?.stack ?? error} outside of a goroutine`;
      reject(new InputError(why, { file }));
    });
    worker.once('exit', (code) => {
      reject(
        new InputError(
          `the program ended the process (process.exit, code ${code}): go.exit(code) is os.Exit of the emulated one`,
          {
            file,
          },
        ),
      );
    });
  });
}

function errorOf({ type, message, place, stack }: ThreadError): Error {
  switch (type) {
    case 'usage':
      return new UsageError(message);
    case 'input':
      return new InputError(message, place);
    case 'bug':
      return Object.assign(new Error(message), { stack });
  }
}
