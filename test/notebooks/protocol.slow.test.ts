import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { testUnless } from "../testUnless";
import { makeTestFolder, missingJupyter, root } from "./jupyter";

/** What converse.py prints: one answer for each step. */
interface Conversation {
  readonly history: unknown;
  readonly comms: unknown;
  readonly flood: readonly string[];
  readonly busy: readonly string[];
  readonly queue: readonly string[];
  readonly row: readonly string[];
  readonly interrupt: { readonly ename: string; readonly seconds: number; readonly signals: string };
  readonly message: unknown;
  readonly strangers: unknown;
}

const it = testUnless(missingJupyter);

async function converse(): Promise<Conversation> {
  const script = join(root, "test/notebooks/converse.py");
  const { stdout } = await promisify(execFile)(
    join(root, ".venv/bin/python"),
    [script, join(root, "notebooks/kernel")],
    { maxBuffer: 2 ** 24 },
  );
  return JSON.parse(stdout);
}

const conversation = missingJupyter === undefined ? converse() : undefined;
const hear = async (): Promise<Conversation> => (await conversation) as Conversation;

it("history and comm requests are answered under their own names", async () => {
  const { history, comms } = await hear();
  assert.equal(history, { type: "history_reply", content: { status: "ok", history: [] } });
  assert.equal(comms, { type: "comm_info_reply", content: { status: "ok", comms: {} } });
});

it("3000 displays of one tick all arrive, in order", async () => {
  const { flood } = await hear();
  assert.is(flood.length, 3000);
  assert.is(
    flood.findIndex((text, index) => text !== String(index)),
    -1,
  );
});

it("a completion asked of a busy kernel does not leave it idle", async () => {
  assert.equal((await hear()).busy, ["busy", "idle", "busy", "idle"]);
});

it("a queued cell is busy when its turn comes, not before", async () => {
  assert.equal((await hear()).queue, ["first busy", "first idle", "second busy", "second idle"]);
});

it("an error drops the cells sent with it, and none sent after it", async () => {
  assert.equal((await hear()).row, ["error", "aborted", "aborted", "ok"]);
});

it("an interrupt ends an awaited promise and aborts the signal of this cell only", async () => {
  const { ename, seconds, signals } = (await hear()).interrupt;
  assert.is(ename, "Interrupted");
  assert.ok(seconds < 5, `${seconds} s`);
  assert.is(signals, "true false\n");
});

it("an interrupt by message does the same", async () => {
  assert.equal((await hear()).message, { answer: "interrupt_reply", ename: "Interrupted" });
});

it("a client of another kernel at its ports disturbs neither the running cell nor the heartbeat", async () => {
  assert.equal((await hear()).strangers, { cell: "ok", beat: "beat" });
});

test("another tslab than the pinned one is refused at the start, by name", () => {
  const folder = makeTestFolder("pin");
  cpSync(join(root, "notebooks/kernel/kernels/pila"), join(folder, "kernel"), { recursive: true });
  mkdirSync(join(folder, "node_modules/tslab"), { recursive: true });
  writeFileSync(join(folder, "node_modules/tslab/package.json"), JSON.stringify({ version: "1.0.23" }));
  const { status, stderr } = spawnSync(process.execPath, [join(folder, "kernel/launch.cjs")], {
    encoding: "utf8",
  });
  assert.is(status, 1);
  assert.match(stderr, /tslab 1\.0\.23, the kernel of pila is made for 1\.0\.22/);
});

test.run();
