import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** A test source and its compiled file, both relative to the root. */
export interface TestFile {
  readonly source: string;
  readonly compiled: string;
  /** False when the source was not compiled: a failure, never a reason to leave it out. */
  readonly isCompiled: boolean;
  /** Named *.alone.*: it measures or loads the machine, so nothing else may run beside it. */
  readonly isAlone: boolean;
}

/**
 * Test files in name order. They are found by their sources: a compiled file whose source is gone is not run.
 * @param kind "test" for test/**\/*.test.ts, "long" for test/**\/*.long.ts
 * @param patterns keep files whose source path contains one of these; none given keeps all
 */
export function findTestFiles(root: string, kind: "test" | "long", patterns: readonly string[]): TestFile[] {
  return readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(`.${kind}.ts`) && !name.startsWith("reference/"))
    .map((name) => `test/${name}`)
    .filter((source) => patterns.length === 0 || patterns.some((pattern) => source.includes(pattern)))
    .sort()
    .map((source) => {
      const compiled = `dist/${source.slice(0, -".ts".length)}.js`;
      const isCompiled = existsSync(join(root, compiled));
      return { source, compiled, isCompiled, isAlone: source.endsWith(`.alone.${kind}.ts`) };
    });
}
