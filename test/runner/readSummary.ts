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
