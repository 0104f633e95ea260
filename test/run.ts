// The test runner: each test file in a process of its own, two at a time; the last line is "N passed, N failed".
//   node dist/test/run.js [--long] [--root DIR] [--limit SECONDS] [PATTERN…]     PATTERN: part of a test file's path
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findTestFiles, type TestFile } from "./runner/findTestFiles";
import { countTests, describeFile, describeRun } from "./runner/report";
import { type FileResult, killTestFiles, runTestFile } from "./runner/runTestFile";

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
    options: { long: { type: "boolean" }, root: { type: "string" }, limit: { type: "string" } },
  });
  const kind = values.long === true ? "long" : "test";
  const root = values.root ?? join(__dirname, "../..");
  const files = findTestFiles(root, kind, positionals);
  const results = await runAll(root, files, Number(values.limit ?? LIMIT_SECONDS[kind]));
  for (const line of describeRun(results)) console.log(line);
  const { passed, failed } = countTests(results);
  // A run without a test proves nothing: no file matched, or everything was skipped.
  const none = passed === 0 && failed === 0;
  if (none) console.log(files.length === 0 ? "no test file matches" : "every test was skipped");
  console.log(`${passed} passed, ${none ? 1 : failed} failed`);
  return none || failed > 0 ? 1 : 0;
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
