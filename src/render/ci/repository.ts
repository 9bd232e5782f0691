/**
 * Files of stacks → paths of the repository, as the tools that show a finding beside its source want them. The compiler writes
 * absolute names, or with -trimpath `MODULE/FOLDER/FILE`; those of another machine are told by the function's package, for a
 * package lies in the folder that its import path names.
 */

import type { CiBuild, CiFrame, CiModule, CiPlace, CiRepository, CiTest } from '../../model/ci.ts';
import { ownershipOf, splitName } from '../../model/names.ts';

/** Where a frame of the repository's own code lies; null for any other, and where it cannot be told. */
export function placeOfFrame({ function: name, file, line }: CiFrame, repository: CiRepository): CiPlace | null {
  if (file === null || line === null || line < 1 || !Number.isSafeInteger(line)) return null;
  if (ownershipOf(name, file, { own: [] }) !== 'own') return null;
  const slashed = withSlashes(file);
  const base = baseOf(slashed);
  // what go and cgo write themselves is in no repository
  if (base.startsWith('_') || /[<>]/.test(base)) return null;
  const path = pathOfFile(slashed, repository) ?? pathByPackage(name, slashed, repository);
  return path === null ? null : { file: path, line };
}

/** The innermost frame that lies in the repository. */
export function placeInStack(frames: readonly CiFrame[], repository: CiRepository): CiPlace | null {
  for (const frame of frames) {
    const place = placeOfFrame(frame, repository);
    if (place !== null) return place;
  }
  return null;
}

/** The path of a file as it stands in a stack. Null outside of the repository. */
function pathOfFile(file: string, { root, modules }: CiRepository): string | null {
  const slashed = withSlashes(file);
  if (isAbsolute(slashed)) return pathBelow(slashed, root);
  const module = longest(modules.filter(({ path }) => slashed.startsWith(`${path}/`)));
  return module === null ? null : joinPath(module.folder, slashed.slice(module.path.length + 1));
}

/** The folder of a package; null for one of another module. */
export function folderOfPackage(path: string, { modules }: CiRepository): string | null {
  const module = moduleOf(path, modules);
  return module === null ? null : joinPath(module.folder, path.slice(module.path.length + 1));
}

/** `pkg/file.go:3:2: …`, `vet: ./file.go:3:2: …`: relative to the folder that go was called in. */
const COMPILED = /^(?:vet: )?((?:[A-Za-z]:)?[^:\s][^:]*\.\w+):(\d+)(?::\d+)?: /;

/** The first place that a compiler or vet names; `called` is the folder where, absolute; empty where it is not known. */
export function placeOfBuild({ importPath, output }: CiBuild, called: string, repository: CiRepository): CiPlace | null {
  const below = pathBelow(called, repository.root);
  const owner = folderOfPackage(importPath.replace(/ \[.*$/, ''), repository);
  for (const line of output) {
    const [, named, number] = COMPILED.exec(line) ?? [];
    if (named === undefined) continue;
    const file = withSlashes(named);
    const path = isAbsolute(file)
      ? pathBelow(file, repository.root)
      : below === null
        ? pathInFolder(owner, file)
        : joinPath(below, file);
    if (path !== null) return { file: path, line: Number(number) };
  }
  return null;
}

/** A file that is named relative to an unknown folder, if it can lie in this one. */
function pathInFolder(folder: string | null, file: string): string | null {
  if (folder === null) return null;
  const base = baseOf(file);
  const named = joinPath('', file.slice(0, -base.length));
  return named !== null && `/${folder}`.endsWith(named === '' ? '' : `/${named}`) ? joinPath(folder, base) : null;
}

/** `    file_test.go:12: …`, as t.Error writes it: the file lies in the package's folder. */
const LOGGED = /^\s+([^\s:]+\.go):(\d+): (.*)$/;

/** The first place that a test logged. */
export function placeInLog({ package: path, output }: CiTest, repository: CiRepository): CiPlace | null {
  const folder = path === null ? null : folderOfPackage(path, repository);
  for (const line of output) {
    const [, file, number, message] = LOGGED.exec(line) ?? [];
    if (file === undefined || /^race detected during execution/.test(message)) continue;
    const found = isAbsolute(file) ? pathBelow(file, repository.root) : folder === null ? null : joinPath(folder, file);
    if (found !== null && !/(?:^|\/)testing\.go$/.test(found)) return { file: found, line: Number(number) };
  }
  return null;
}

/** The path below the root of an absolute one; null for one outside, or without a root. */
export function pathBelow(file: string, root: string): string | null {
  const top = withSlashes(root).replace(/\/+$/, '');
  const slashed = withSlashes(file);
  if (root === '' || !isAbsolute(slashed)) return null;
  const path = joinPath('', slashed);
  const base = joinPath('', top);
  if (path === null || base === null) return null;
  if (path === base) return '';
  return path.startsWith(base === '' ? '' : `${base}/`) ? path.slice(base === '' ? 0 : base.length + 1) : null;
}

/** Joined, without `.` and `..`; null where it leads out. */
export function joinPath(folder: string, path: string): string | null {
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(/^[a-z]:$/.test(part) ? part.toUpperCase() : part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}

/** By the import path of a frame's package. `main` has none, and a file that a //line directive names lies elsewhere. */
function pathByPackage(name: string, file: string, { modules }: CiRepository): string | null {
  const path = splitName(name).package;
  if (path === 'main' || !file.endsWith('.go')) return null;
  const folder = `/${file.slice(0, Math.max(0, file.lastIndexOf('/')))}`;
  // tests of the package p_test lie in the folder of p
  for (const owner of [path, path.replace(/_test$/, '')]) {
    const module = moduleOf(owner, modules);
    if (module === null) continue;
    const inside = owner.slice(module.path.length + 1);
    if (inside === '' || folder.endsWith(`/${inside}`)) return joinPath(module.folder, `${inside}/${baseOf(file)}`);
  }
  return null;
}

function moduleOf(path: string, modules: readonly CiModule[]): CiModule | null {
  return longest(modules.filter((one) => path === one.path || path.startsWith(`${one.path}/`)));
}

function longest(modules: readonly CiModule[]): CiModule | null {
  return modules.reduce<CiModule | null>((best, one) => (best === null || one.path.length > best.path.length ? one : best), null);
}

function baseOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

function isAbsolute(file: string): boolean {
  return file.startsWith('/') || /^[A-Za-z]:\//.test(file);
}

/** Windows writes `\`; elsewhere it may be part of a name, but not of an absolute path of Windows. */
function withSlashes(file: string): string {
  return /^(?:[A-Za-z]:|\.{1,2})?\\/.test(file) || /^[A-Za-z]:\//.test(file) ? file.replaceAll('\\', '/') : file;
}
