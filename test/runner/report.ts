import type { FileResult } from "./runTestFile";

const SLOWEST = 5;

/** Tests that passed and failed. A file in trouble counts at least one failure, also when it reported none. */
export function countTests(results: readonly FileResult[]): { passed: number; failed: number } {
  let passed = 0;
  let failed = 0;
  for (const { summary, trouble } of results) {
    const failedTests = summary === null ? 0 : summary.total - summary.passed;
    passed += summary?.passed ?? 0;
    failed += trouble === null ? 0 : Math.max(1, failedTests);
  }
  return { passed, failed };
}

/** One line a file; for a file in trouble its whole output follows. */
export function describeFile({ file, summary, trouble, output, seconds }: FileResult): string {
  const time = `${seconds.toFixed(1)} s`.padStart(8);
  if (trouble !== null) return `FAILED ${time}  ${file.source}: ${trouble}\n${indent(output)}`;
  const skipped = summary!.skipped === 0 ? "" : `, ${summary!.skipped} skipped`;
  return `ok     ${time}  ${file.source}  ${summary!.passed} passed${skipped}`;
}

function indent(output: string): string {
  return output
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

/** What was skipped by reason, the slowest files, and the files in trouble; each part only where there is something. */
export function describeRun(results: readonly FileResult[]): string[] {
  const lines: string[] = [];
  const byReason = new Map<string, string[]>();
  for (const { file, summary } of results) {
    for (const { reason, name } of summary?.skips ?? []) {
      byReason.set(reason, [...(byReason.get(reason) ?? []), `${file.source}: ${name}`]);
    }
  }
  for (const [reason, names] of byReason) {
    lines.push(`skipped (${reason}): ${names.length}`, ...names.map((name) => `    ${name}`));
  }
  const slowest = [...results].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  if (slowest.length > 0) lines.push("slowest files:");
  lines.push(
    ...slowest.map(({ file, seconds }) => `    ${seconds.toFixed(1).padStart(6)} s  ${file.source}`),
  );
  const troubled = results.filter(({ trouble }) => trouble !== null);
  if (troubled.length > 0) lines.push("failed files:");
  lines.push(...troubled.map(({ file, trouble }) => `    ${file.source}: ${trouble}`));
  return lines;
}
