import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { endLeftovers } from "../../../src/parallel/mpi/launch";
import { readProcess } from "../../../src/parallel/processes";

const MARK = "PILA_TEST_MARK";
/** Says that it is up, does not heed SIGTERM and never ends. */
const STUBBORN = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log(process.pid);`;

/** Starts a program and gives the number that it prints. */
async function start(code: string, mark: string): Promise<number> {
  const child = spawn(process.execPath, ["-e", code], {
    env: { ...process.env, [MARK]: mark },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [text] = await once(child.stdout, "data");
  return Number(text);
}

test("marked processes that do not end are killed, one without a parent too; of another mark they live on", async () => {
  const mark = randomUUID();
  // A launcher that starts a rank in a session of its own and ends.
  const launcher = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(STUBBORN)}],
    { detached: true, stdio: "inherit" }).unref();`;
  const orphan = await start(launcher, mark);
  const rank = await start(STUBBORN, mark);
  const other = await start(STUBBORN, randomUUID());
  try {
    await endLeftovers(`${MARK}=${mark}`);
    assert.equal([orphan, rank].map(readProcess), [null, null]);
    assert.is(readProcess(other)?.pid, other);
  } finally {
    const alive = [orphan, rank, other].filter((pid) => readProcess(pid) !== null);
    for (const pid of alive) process.kill(pid, "SIGKILL");
  }
});

test.run();
