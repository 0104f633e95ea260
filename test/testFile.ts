import { type ChildProcess, spawn } from "node:child_process";
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
  /** Named *.slow.*, or alone: the fast run leaves it out. */
  readonly isSlow: boolean;
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
      const isAlone = source.endsWith(`.alone.${kind}.ts`);
      const isSlow = isAlone || source.endsWith(`.slow.${kind}.ts`);
      return { source, compiled, isCompiled, isAlone, isSlow };
    });
}

/** What became of one test file. */
export interface FileResult {
  readonly file: TestFile;
  readonly summary: Summary | null;
  /** Null: every test passed, or was skipped with its reason. */
  readonly trouble: string | null;
  /** Standard output and error as they came. */
  readonly output: string;
  readonly seconds: number;
}

const running = new Set<ChildProcess>();

/** Ends every test file still running, with the processes it started. */
export function killTestFiles(): void {
  for (const child of running) killGroup(child);
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // nothing is left of the group
  }
}

/**
 * Runs one compiled test file as a Node process in a group of its own; what is left of the group when the
 * process ends, or at the time limit, is killed.
 */
export async function runTestFile(root: string, file: TestFile, limitSeconds: number): Promise<FileResult> {
  const begin = performance.now();
  if (!file.isCompiled) {
    return { file, summary: null, trouble: "was not compiled; run the build", output: "", seconds: 0 };
  }
  const child = spawn(process.execPath, [file.compiled], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let stdout = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    killGroup(child);
  }, limitSeconds * 1000);
  // An orphan that holds the pipes would keep "close" from coming: the group goes as soon as its leader has ended.
  child.on("exit", () => killGroup(child));
  const exitCode = await new Promise<number | null>((resolve) => {
    child.on("error", (error) => {
      output += `${error.message}\n`;
      resolve(null);
    });
    child.on("close", (code) => resolve(code));
  });
  clearTimeout(timer);
  running.delete(child);
  const summary = readSummary(stdout);
  const trouble = isLate ? `did not end within ${limitSeconds} s` : findTrouble(summary, exitCode);
  return { file, summary, trouble, output, seconds: (performance.now() - begin) / 1000 };
}

/** What one test file says it did. */
export interface Summary {
  readonly total: number;
  readonly passed: number;
  readonly skipped: number;
  /** One entry a skipped test, in the order printed. */
  readonly skips: readonly Skip[];
}

/** A test that did not run, and what was missing. */
export interface Skip {
  readonly name: string;
  readonly reason: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC
const ANSI = /\u001b\[[0-9;]*m/g;
const SUMMARY = /^ {2}Total: {5}(\d+)\n {2}Passed: {4}(\d+)\n {2}Skipped: {3}(\d+)\n {2}Duration: .+$/gm;
const SKIP = /^skipped \((.+?)\): (.+)$/gm;

/**
 * The closing summary that uvu prints, and the reasons that testUnless prints.
 * @param stdout all that a test file wrote on its standard output; colours are ignored
 * @returns null when there is no summary, or more than one (uvu ran twice: what it says of either is not the whole)
 */
export function readSummary(stdout: string): Summary | null {
  const text = stdout.replace(ANSI, "").replaceAll("\r\n", "\n");
  const found = [...text.matchAll(SUMMARY)];
  const summary = found[0];
  if (summary === undefined || found.length > 1) return null;
  const skips = [...text.matchAll(SKIP)].map(([, reason, name]) => ({ name: name!, reason: reason! }));
  return { total: Number(summary[1]), passed: Number(summary[2]), skipped: Number(summary[3]), skips };
}

/**
 * Why a file that ended with `exitCode` has not simply passed, or null when it has.
 * uvu exits with 0 when `.run()` was forgotten and when a `before` hook throws; both show here.
 */
export function findTrouble(summary: Summary | null, exitCode: number | null): string | null {
  if (exitCode === null) return "was killed by a signal";
  if (summary === null) return `reported no tests (exit code ${exitCode}); is test.run() missing?`;
  const { total, passed, skipped, skips } = summary;
  if (passed !== total) return `${total - passed} of ${total} failed`;
  if (exitCode !== 0) return `exit code ${exitCode} although its tests passed`;
  if (skipped !== skips.length)
    return `${skipped} skipped with ${skips.length} reasons; skip by testUnless, no test.only`;
  if (total + skipped === 0) return "holds no test";
  return null;
}
