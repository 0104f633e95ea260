import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { testUnless } from "../testUnless";
import { isAlive, makeTestFolder, missingJupyter, root, waitFor } from "./jupyter";

const it = testUnless(missingJupyter);
const folder = makeTestFolder("stop");

/** Stops an execution whose last cell would take ten minutes. */
async function stopBy(signal: "SIGTERM" | "SIGKILL"): Promise<{ exitCode: number | null; pids: number[] }> {
  const [pidFile, parameters] = [join(folder, `${signal}.pids`), join(folder, `${signal}.json`)];
  writeFileSync(parameters, JSON.stringify({ pidFile }));
  const source = join(root, "test/notebooks/canaries/endless.ipynb");
  const child = spawn(
    join(root, ".venv/bin/python"),
    [join(root, "notebooks/execute.py"), source, join(folder, "never.ipynb")],
    { env: { ...process.env, PILA_NOTEBOOK_PARAMETERS: parameters, TMPDIR: folder }, stdio: "ignore" },
  );
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const pids = await waitFor("the first cell", () => {
    const text = existsSync(pidFile) ? readFileSync(pidFile, "utf8") : "";
    return /^\d+ \d+$/.test(text) && text.split(" ").map(Number);
  });
  assert.ok(pids.length === 2 && pids.every(isAlive));
  child.kill(signal);
  return { exitCode: await ended, pids };
}

it("SIGTERM ends the kernel and what its cells started: exit 143, no output, no temporary file", async () => {
  const { exitCode, pids } = await stopBy("SIGTERM");
  assert.is(exitCode, 143);
  await waitFor("the end of kernel and child", () => !pids.some(isAlive), 5);
  assert.equal(readdirSync(folder).sort(), ["SIGTERM.json", "SIGTERM.pids"]);
});

it("a kernel whose master was killed ends by itself, with what its cells started", async () => {
  const { exitCode, pids } = await stopBy("SIGKILL");
  assert.is(exitCode, null);
  await waitFor("the end of kernel and child", () => !pids.some(isAlive), 10);
});

test.run();
