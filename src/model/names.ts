/**
 * Go function names as the runtime, the race detector and the profiles print them: `PATH/PACKAGE.REST`, where REST is
 * a function, `(*T).Method` or `T.Method`, each with `.func1`, `.gowrap1`, `-fm` and the like behind it and type
 * lists in brackets after any name (`[...]` in dumps, the raw shapes in race reports).
 */

/** Whose code a function is. `note` is no function: a group, elided frames, a stack that was not available. */
export type Ownership = 'own' | 'std' | 'runtime' | 'other' | 'note';

export interface SplitName {
  /** The import path, `%2e` decoded; empty for builtins and C functions. */
  readonly package: string;
  /** What stands behind the package and its dot. */
  readonly rest: string;
}

export function splitName(name: string): SplitName {
  const dot = packageEnd(name);
  return dot < 0 ? { package: '', rest: name } : { package: name.slice(0, dot).replace(/%2e/gi, '.'), rest: name.slice(dot + 1) };
}

/** The position of the dot that ends the package path, or -1. */
function packageEnd(name: string): number {
  const paren = name.search(/[[(]/);
  const slash = name.lastIndexOf('/', paren < 0 ? name.length : paren);
  const dot = name.indexOf('.', slash + 1);
  return dot > 0 && (paren < 0 || dot < paren) && dot < name.length - 1 ? dot : -1;
}

/** Every bracketed type list as `[...]`, nested ones with it; a name whose brackets do not match is left alone. */
export function foldTypeLists(name: string): string {
  if (!name.includes('[')) return name;
  let folded = '';
  let depth = 0;
  let from = 0;
  for (let i = 0; i < name.length; i++) {
    if (name[i] === '[' && depth++ === 0) folded += `${name.slice(from, i)}[...]`;
    else if (name[i] === ']' && depth > 0 && --depth === 0) from = i + 1;
  }
  return depth === 0 ? folded + name.slice(from) : name;
}

function dropTypeLists(name: string): string {
  return foldTypeLists(name).replaceAll('[...]', '');
}

/** The last element of an import path that names the package: no `/v2`, no `.v3`. */
function packageBase(path: string): string {
  const elements = path.split('/');
  if (elements.length > 1 && /^v\d+$/.test(elements[elements.length - 1])) elements.pop();
  return elements[elements.length - 1].replace(/\.v\d+$/, '');
}

/**
 * Ever shorter forms of a frame's text, the full one first:
 * `github.com/a/b/v2.(*T[...]).M.func1` → `b.(*T).M.func1` → `(*T).M.func1` → `M.func1`.
 * A place behind the name (`F /src/a.go:12`) is kept, shortened to the file's own name, then dropped.
 */
export function shortenName(text: string): string[] {
  const place = / (\S.*:\d+)$/.exec(text);
  if (place === null) return shortenFunction(text);
  const names = shortenFunction(text.slice(0, place.index));
  const base = place[1].slice(place[1].lastIndexOf('/') + 1);
  return unique([text, ...names.map((name) => `${name} ${base}`), ...names]);
}

function shortenFunction(name: string): string[] {
  const split = splitName(name);
  if (split.package === '' || /\s/.test(split.package)) return [name];
  const rest = dropTypeLists(split.rest);
  return unique([name, `${packageBase(split.package)}.${rest}`, rest, rest.replace(/^\(\*?[^)]*\)\./, '')]);
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)];
}

/** Whether a function belongs to the Go runtime: its packages, the builtin `panic`, and its functions that other
 * packages carry by link name (`sync.runtime_Semacquire`). */
export function isRuntimeFunction(name: string): boolean {
  if (name === 'panic' || name === 'non-Go function') return true;
  const { package: path, rest } = splitName(name);
  return (
    path === 'runtime' ||
    path.startsWith('internal/runtime/') ||
    path.startsWith('runtime/internal/') ||
    (rest.startsWith('runtime_') && isStandardPackage(path))
  );
}

/** First elements of the standard library's import paths, of every Go up to 1.27. */
const STANDARD = new Set(
  (
    'archive bufio builtin bytes cmd cmp compress container context crypto database debug embed encoding errors expvar ' +
    'flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp runtime ' +
    'simd slices sort strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak'
  ).split(' '),
);

/** Whether an import path is one of the standard library, by its first element. */
export function isStandardPackage(path: string): boolean {
  const slash = path.indexOf('/');
  return STANDARD.has(slash < 0 ? path : path.slice(0, slash));
}

/** Whether a source file lies in the module cache or a vendor folder. */
function isForeignFile(file: string): boolean {
  return /@v\d|\/vendor\//.test(file);
}

export interface OwnershipRule {
  /** Import path prefixes of the program's own code; empty to judge by where the files lie, or by path. */
  readonly own: readonly string[];
}

/** Whose code a function is, by its name and, where known, its file. */
export function ownershipOf(name: string, file: string | null, rule: OwnershipRule): Ownership {
  if (isRuntimeFunction(name)) return 'runtime';
  const { package: path } = splitName(name);
  if (path === '') return 'other';
  if (isStandardPackage(path)) return 'std';
  if (path === 'main') return 'own';
  if (rule.own.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))) return 'own';
  if (rule.own.length > 0 || (file !== null && isForeignFile(file))) return 'other';
  // Modules that are not the program's own lie in the module cache or a vendor folder; without a file, paths of hosts are.
  return file !== null || !path.split('/')[0].includes('.') ? 'own' : 'other';
}
