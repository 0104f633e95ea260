import { type Test, test } from "uvu";

/**
 * `test` itself, or, where `missing` says what this machine lacks, a stand-in that skips the test and prints why:
 * the runner lists skipped tests by reason, and fails a file that skips without one.
 * @param missing short and without brackets, as "no mpiexec"; undefined: nothing is missing
 */
export function testUnless(
  missing: string | undefined,
  suite: Test = test,
): (name: string, run: () => void | Promise<void>) => void {
  if (missing === undefined) return (name, run) => suite(name, run);
  return (name, run) => {
    suite.skip(name, run);
    process.stdout.write(`skipped (${missing}): ${name}\n`);
  };
}
