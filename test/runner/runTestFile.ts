import { type ChildProcess, spawn } from "node:child_process";
import type { TestFile } from "./findTestFiles";
import { findTrouble, readSummary, type Summary } from "./readSummary";

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
