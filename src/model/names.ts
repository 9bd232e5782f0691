/**
 * Go function names as the runtime, the race detector and the profiles print them: `PATH/PACKAGE.REST`, where REST is
 * a function, `(*T).Method` or `T.Method`, each with `.func1`, `.gowrap1`, `-fm` and the like behind it and type
 * lists in brackets after any name (`[...]` in dumps, the raw shapes in race reports).
 */

/** Whose code a function is. `note` is no function: a group, elided frames, a stack that was not available. */
export type Ownership = 'own' | 'std' | 'runtime' | 'other' | 'note';

export interface SplitName {
  /** The import path, its escapes decoded; empty for builtins and C functions. */
  readonly package: string;
  /** What stands behind the package and its dot. */
  readonly rest: string;
}

export function splitName(name: string): SplitName {
  const dot = packageEnd(name);
  return dot < 0 ? { package: '', rest: name } : { package: decodeName(name.slice(0, dot)), rest: name.slice(dot + 1) };
}

/**
 * A name as a person writes it: the linker escapes dots of a path's last element and what is no plain ASCII as `%xx`
 * (cmd/internal/objabi, PathToPrefix): `gopkg.in/yaml%2ev2.Handle` → `gopkg.in/yaml.v2.Handle`. Only {@link splitName} of
 * the name as printed knows where the package ends. Escapes of control characters stay.
 */
export function decodeName(name: string): string {
  return name.includes('%') ? name.replace(ESCAPES, decodeBytes) : name;
}

const ESCAPES = /(?:%[2-9a-f][0-9a-f])+/g;

function decodeBytes(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
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
 * A package's path as short as it can be told apart from one of the standard library: `k8s.io/…/util/runtime` is
 * `util/runtime`, not Go's own.
 */
function shortPackage(path: string): string {
  const base = packageBase(path);
  if (isStandardPackage(path) || !STANDARD_BASES.has(base)) return base;
  const elements = path
    .slice(0, path.lastIndexOf(base))
    .split('/')
    .filter((element) => element !== '');
  return elements.length === 0 ? base : `${elements[elements.length - 1]}/${base}`;
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

/** A function with its receiver and the shortest name of its package, without type lists: `b.(*T).M.func1`. */
export function briefName(name: string): string {
  const split = splitName(name);
  if (split.package === '' || /\s/.test(split.package)) return decodeName(name);
  return `${shortPackage(split.package)}.${dropTypeLists(split.rest)}`;
}

function shortenFunction(name: string): string[] {
  const split = splitName(name);
  if (split.package === '' || /\s/.test(split.package)) return [decodeName(name)];
  const rest = dropTypeLists(split.rest);
  return unique([decodeName(name), briefName(name), rest, rest.replace(/^\(\*?[^)]*\)\./, '')]);
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

/** Names that packages of the standard library go by in code: `main` is the program's own. */
const STANDARD_BASES = new Set([
  ...STANDARD,
  'main',
  ...(
    'tar zip bzip2 flate gzip lzw zlib heap list ring aes cipher des dsa ecdh ecdsa ed25519 elliptic fips140 hkdf hmac md5 ' +
    'mlkem pbkdf2 rand rc4 rsa sha1 sha256 sha3 sha512 subtle tls x509 pkix sql driver buildinfo dwarf elf gosym macho pe ' +
    'plan9obj ascii85 asn1 base32 base64 binary csv gob hex json pem xml ast build constraint doc format importer parser ' +
    'printer scanner token types version adler32 crc32 crc64 fnv maphash template color palette draw gif jpeg png suffixarray ' +
    'fs ioutil slog syslog big bits cmplx multipart quotedprintable http cgi cookiejar fcgi httptest httptrace httputil pprof ' +
    'mail netip rpc jsonrpc smtp textproto url exec signal user filepath syntax cgo coverage debug metrics race trace atomic ' +
    'js fstest iotest quick slogtest synctest tabwriter tzdata utf16 utf8 poll'
  ).split(' '),
]);

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
