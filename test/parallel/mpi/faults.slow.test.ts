import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findMpiexec } from "../../../src/parallel/mpi/detect";
import { launchRanks } from "../../../src/parallel/mpi/launch";
import { faultCode } from "../../../src/parallel/mpi/world";
import { testUnless } from "../../testUnless";
import { LAUNCHERS } from "./launchers";

/** Far above what any fault takes on a busy machine, far below for ever. */
const BOUND_SECONDS = 40;
const RANKS = 3;

/** Processes with a word in their command line that are not zombies. */
function findByWord(word: string): string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      const state = /\) (\w) /.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1];
      return state !== "Z" && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(word);
    } catch {
      return false;
    }
  });
}

interface Failure {
  readonly error: Error;
  readonly notes: string;
}

/** Runs three ranks of which the last misbehaves; checks that it ends in time with nothing left. */
async function failRanks(
  kind: string,
  names: readonly string[] | undefined,
  options: { signal?: AbortSignal; onNote?: (notes: string) => void } = {},
): Promise<Failure> {
  const bound = AbortSignal.timeout(1000 * BOUND_SECONDS);
  const signal = options.signal === undefined ? bound : AbortSignal.any([options.signal, bound]);
  const word = randomUUID();
  let notes = "";
  let failure: Error | undefined;
  const started = process.hrtime.bigint();
  try {
    await launchRanks({
      ranks: RANKS,
      command: [process.execPath, join(__dirname, "faultyRank.js"), kind, word],
      env: process.env,
      signal,
      mpiexec: await findMpiexec(process.env, names),
      onStderr: (text) => {
        notes += text;
        options.onNote?.(notes);
      },
    });
  } catch (error) {
    failure = error as Error;
  }
  assert.ok(failure, `${kind}: it was a success`);
  assert.ok(Number(process.hrtime.bigint() - started) / 1e9 < BOUND_SECONDS, `${kind}: ${failure.message}`);
  assert.equal(findByWord(word), [], `${kind}: processes left`);
  const left = readdirSync("/dev/shm").filter((name) => name.startsWith(`pila-mpi-${process.pid}-`));
  assert.equal(left, [], `${kind}: shared memory left`);
  return { error: failure, notes };
}

const EXPECTED: readonly (readonly [kind: string, message: RegExp])[] = [
  ["throw", /^rank 2 of 3: TypeError: a bad pixel \(mpiexec /],
  ["throw pila error", /^rank 2 of 3: BackendError: two lines \(/],
  ["reject", /^rank 2 of 3: Error: a late refusal \(/],
  ["exit 3", /^rank 2 of 3: found exit code 3 before the end of the MPI job.*exit code [1-9]\d*\)$/],
  ["exit 0", /^rank 2 of 3: found exit code 0 before the end of the MPI job.*exit code [1-9]\d*\)$/],
  ["end of script", /^rank 2 of 3: found exit code 0 before the end of the MPI job.*exit code [1-9]\d*\)$/],
  ["too long", /^rank 0 of 3: BackendError: MPI_Recv: .*truncated/i],
  ["kill -9", /^(rank 2|a rank) was ended by signal 9 \(Killed\)/],
  ["kill the launcher", /signal SIGKILL/],
  ["kill the launcher before joining", /signal SIGKILL and no message from any of 3 ranks/],
  ["exit after finalize", /exit code 5/],
];

for (const { title, names, missing } of LAUNCHERS) {
  const add = testUnless(missing);

  for (const [kind, message] of EXPECTED) {
    add(`${title}: ${kind} of one rank ends the job with its reason and leaves nothing`, async () => {
      const { error } = await failRanks(kind, names);
      assert.is(error.name, "BackendError");
      assert.ok(message.test(error.message), error.message);
    });
  }

  add(
    `${title}: an AbortSignal ends ranks that hang, with what they wrote passed on; its reason is the error`,
    async () => {
      const controller = new AbortController();
      const reason = new Error("interrupted by the caller");
      const { error, notes } = await failRanks("hang", names, {
        signal: controller.signal,
        onNote: (notes) => {
          if (notes.match(/note of rank/g)?.length === RANKS) controller.abort(reason);
        },
      });
      assert.is(error, reason);
      for (const rank of [0, 1, 2]) assert.match(notes, `note of rank ${rank}\n`);
    },
  );

  add(`${title}: an AbortSignal of the first word of a rank ends the others on their way`, async () => {
    const controller = new AbortController();
    const reason = new Error("interrupted by the caller");
    const onNote = (): void => controller.abort(reason);
    assert.is((await failRanks("hang", names, { signal: controller.signal, onNote })).error, reason);
  });
}

test("abort codes stay within 1..255: 0 would mean success and 256 wraps to it", () => {
  assert.equal([-1, 0, 1, 2, 255, 256, 300, 1.5, Number.NaN].map(faultCode), [1, 1, 1, 2, 255, 1, 1, 1, 1]);
});

test.run();
