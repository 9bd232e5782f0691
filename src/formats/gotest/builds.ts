/** What compiler and vet said of packages that could not be built. */

import type { FailedBuild } from '../../model/evidence.ts';

const MAX_BUILDS = 1000;
const MAX_LINES = 200;

export class BuildLog {
  private readonly output = new Map<string, string[]>();
  /** Builds of which it was said that they failed. */
  private readonly failed = new Set<string>();

  add(importPath: string, line: string): void {
    let lines = this.output.get(importPath);
    if (lines === undefined) {
      if (this.output.size >= MAX_BUILDS) return;
      lines = [];
      this.output.set(importPath, lines);
    }
    if (lines.length < MAX_LINES) lines.push(line);
  }

  fail(importPath: string): void {
    if (this.failed.size < MAX_BUILDS) this.failed.add(importPath);
  }

  /** Takes in what another log has. */
  merge(other: BuildLog): void {
    for (const [path, lines] of other.output) for (const line of lines) this.add(path, line);
    for (const path of other.failed) this.fail(path);
  }

  /**
   * The builds that failed: those said so, and those of packages whose line says `[build failed]`. Warnings of builds
   * that went well are none. `blamed` holds each package that could not run with the build that its event names.
   */
  list(blamed: ReadonlyMap<string, string | null>): FailedBuild[] {
    const paths = new Set([...this.failed, ...(blamed.size > 0 ? this.output.keys() : [])]);
    return [...paths].map((importPath) => ({
      importPath,
      output: this.output.get(importPath) ?? [],
      packages: [...blamed]
        .filter(([name, build]) => (build === null ? packageOf(importPath) === name : build === importPath))
        .map(([name]) => name),
    }));
  }
}

/** `example.com/p [example.com/p.test]` → `example.com/p`; vet writes the path in brackets. */
function packageOf(importPath: string): string {
  return importPath
    .replace(/ \[.*$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/_test$/, '');
}
