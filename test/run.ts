// The test runner: each test file in a process of its own, two at a time; the last line is "N passed, N failed".
//   node dist/test/run.js [--lint] [--fast | --long] [--root DIR] [--limit SECONDS] [PATTERN…]
//   --lint: Biome goes first; --fast: without *.slow.* and *.alone.* files; PATTERN: part of a test file's path
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type FileResult, findTestFiles, killTestFiles, runTestFile, type TestFile } from "./testFile";

const AT_ONCE = 2;
const LIMIT_SECONDS = { test: 600, long: 7200 };

async function runAll(root: string, files: readonly TestFile[], limitSeconds: number): Promise<FileResult[]> {
  const results: FileResult[] = [];
  const runQueue = async (queue: TestFile[]): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await runTestFile(root, file, limitSeconds);
      results.push(result);
      console.log(describeFile(result));
    }
  };
  const together = files.filter((file) => !file.isAlone);
  await Promise.all(Array.from({ length: AT_ONCE }, () => runQueue(together)));
  await runQueue(files.filter((file) => file.isAlone));
  return results;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      lint: { type: "boolean", default: false },
      fast: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      root: { type: "string", default: join(__dirname, "../..") },
      limit: { type: "string" },
    },
  });
  const { root, fast } = values;
  if (values.lint && !isLinted(root)) {
    console.log("lint failed; npm run format mends the layout; no test was run\n0 passed, 1 failed");
    return 1;
  }
  const kind = values.long ? "long" : "test";
  const files = findTestFiles(root, kind, positionals).filter((file) => !(fast && file.isSlow));
  const results = await runAll(root, files, Number(values.limit ?? LIMIT_SECONDS[kind]));
  for (const line of describeRun(results)) console.log(line);
  const { passed, failed } = countTests(results);
  // A run without a test proves nothing: no file matched, or everything was skipped.
  const none = passed === 0 && failed === 0;
  if (none) console.log(files.length === 0 ? "no test file matches" : "every test was skipped");
  console.log(`${passed} passed, ${none ? 1 : failed} failed`);
  return none || failed > 0 ? 1 : 0;
}

function isLinted(root: string): boolean {
  const biome = join(root, "node_modules/.bin/biome");
  const { status } = spawnSync(biome, ["check", "--error-on-warnings", "."], { cwd: root, stdio: "inherit" });
  return status === 0;
}

const SLOWEST = 5;

/** Tests that passed and failed. A file in trouble counts at least one failure, also when it reported none. */
function countTests(results: readonly FileResult[]): { passed: number; failed: number } {
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
function describeFile({ file, summary, trouble, output, seconds }: FileResult): string {
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
function describeRun(results: readonly FileResult[]): string[] {
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

for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
  process.on(signal, () => {
    killTestFiles();
    console.log(`interrupted by ${signal}\n0 passed, 1 failed`);
    process.exit(128 + number);
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    console.log("0 passed, 1 failed");
    process.exitCode = 1;
  },
);
