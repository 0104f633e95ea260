import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Executed, type Execution, executeProcess, systemClock } from "../../src/bench/process";
import { readProcess } from "../../src/parallel/processes";
import { withFolder } from "../records/records.fixture";

const environment = { PATH: process.env.PATH ?? "" };

function run(
  folder: string,
  code: string,
  changes: Partial<Execution> = {},
  signal?: AbortSignal,
): Promise<Executed> {
  const command = [process.execPath, "-e", code];
  const defaults = { command, folder, environment, timeoutSeconds: 20, watchMemory: false };
  return executeProcess({ ...defaults, ...changes }, signal, systemClock, 0.3);
}

/** Numbers of processes a run wrote down, one a line. */
const writtenPids = (path: string) => readFileSync(path, "utf8").trim().split("\n").map(Number);

/** A killed process may need a moment until the system shows it as gone. */
async function requireGone(pid: number): Promise<void> {
  for (let tries = 0; tries < 100 && readProcess(pid) !== null; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.is(readProcess(pid), null);
}

test("exit code, output, end of the error output, and times on the monotonic clock", () =>
  withFolder(async (folder) => {
    const before = systemClock.nowSeconds();
    const code = `
      console.log(JSON.stringify({ cwd: process.cwd(), mine: process.env.MINE, home: process.env.HOME ?? null }));
      process.stderr.write("x".repeat(9000) + "the end"); process.exitCode = 7; setTimeout(() => {}, 150);`;
    const done = await run(folder, code, { environment: { ...environment, MINE: "1" } });
    const after = systemClock.nowSeconds();
    assert.equal(JSON.parse(done.stdout), { cwd: folder, mine: "1", home: null });
    assert.is(done.exitCode, 7);
    assert.is(done.stderr.length, 4096);
    assert.ok(done.stderr.endsWith("the end"));
    assert.ok(done.wallSeconds >= 0.15);
    assert.ok(before <= done.startSeconds && done.startSeconds + done.wallSeconds <= after);
    assert.is(done.peakRssBytes, null);
    assert.is(done.leftBehind, 0);
    assert.not.ok(done.timedOut);
  }));

test("processor seconds are those of the whole tree that was waited for", () =>
  withFolder(async (folder) => {
    const burn =
      "const used = () => { const { user, system } = process.cpuUsage(); return user + system; };" +
      "const end = used() + 3e5; while (used() < end);";
    const code = `require("child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(burn)}]); ${burn}`;
    const done = await run(folder, code);
    const cpu = done.userSeconds! + done.systemSeconds!;
    // Twice 0.3 s burnt, two starts of Node on top.
    assert.ok(cpu >= 0.58, String(cpu));
    const idle = await run(folder, "setTimeout(() => {}, 400)");
    assert.ok(idle.userSeconds! + idle.systemSeconds! < 0.5);
  }));

test("memory is that of the largest process, and of all together", () =>
  withFolder(async (folder) => {
    const hold = (mebibytes: number) =>
      `globalThis.kept = Buffer.alloc(${mebibytes} << 20, 1); setTimeout(() => {}, 500);`;
    const code = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(hold(120))}]); ${hold(60)}`;
    const done = await run(folder, code, { watchMemory: true });
    const MiB = 2 ** 20;
    assert.ok(
      done.peakRssBytes! > 140 * MiB && done.peakRssBytes! < 230 * MiB,
      String(done.peakRssBytes! / MiB),
    );
    assert.ok(
      done.sumRssBytes! > 230 * MiB && done.sumRssBytes! < 400 * MiB,
      String(done.sumRssBytes! / MiB),
    );
    assert.ok(done.sumRssBytes! > done.peakRssBytes! + 60 * MiB);
  }));

test("a program that is not there is told, not thrown", () =>
  withFolder(async (folder) => {
    const done = await run(folder, "", { command: [join(folder, "nowhere")] });
    assert.match(done.spawnError!, "ENOENT");
    assert.is(done.exitCode, null);
  }));

const stubborn = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);
  require("fs").appendFileSync("pids", process.pid + "\\n");`;

test("a hanging tree ends by SIGKILL after the grace: the child, its child, and one that left the session", () =>
  withFolder(async (folder) => {
    const code = `
      const { spawn } = require("child_process");
      spawn(process.execPath, ["-e", ${JSON.stringify(stubborn)}], { stdio: "inherit" });
      spawn(process.execPath, ["-e", ${JSON.stringify(stubborn)}], { stdio: "inherit", detached: true }).unref();
      ${stubborn}`;
    const done = await run(folder, code, { timeoutSeconds: 3 });
    assert.ok(done.timedOut);
    assert.is(done.signal, "SIGKILL");
    const pids = writtenPids(join(folder, "pids"));
    assert.is(pids.length, 3);
    for (const pid of pids) await requireGone(pid);
  }));

test("a program that heeds SIGTERM is not killed", () =>
  withFolder(async (folder) => {
    const code = `process.on("SIGTERM", () => process.exit(9)); setInterval(() => {}, 1000);`;
    const done = await run(folder, code, { timeoutSeconds: 2 });
    assert.ok(done.timedOut);
    assert.is(done.exitCode, 9);
    assert.is(done.signal, null);
  }));

test("grandchildren that outlive a finished run are ended and counted, even with its pipes open", () =>
  withFolder(async (folder) => {
    const code = `
      const { spawn } = require("child_process");
      spawn(process.execPath, ["-e", ${JSON.stringify(stubborn)}], { stdio: "inherit", detached: true }).unref();
      const waiting = setInterval(() => { if (require("fs").existsSync("pids")) process.exit(0); }, 10);`;
    const done = await run(folder, code);
    assert.is(done.exitCode, 0);
    assert.is(done.leftBehind, 1);
    for (const pid of writtenPids(join(folder, "pids"))) await requireGone(pid);
  }));

test("an abort ends the whole tree and rejects with its reason; an aborted signal starts nothing", () =>
  withFolder(async (folder) => {
    const abort = new AbortController();
    const waiting = setInterval(() => {
      try {
        if (writtenPids(join(folder, "pids")).length > 0) abort.abort(new Error("Ctrl-C"));
      } catch {
        return;
      }
    }, 20);
    for (const attempt of [1, 2]) {
      try {
        await run(folder, stubborn, {}, abort.signal);
        assert.unreachable();
      } catch (error) {
        assert.is((error as Error).message, "Ctrl-C");
      }
      clearInterval(waiting);
      assert.is(writtenPids(join(folder, "pids")).length, 1, `attempt ${attempt}`);
    }
    for (const pid of writtenPids(join(folder, "pids"))) await requireGone(pid);
  }));

test("a path with blanks and shell words stays one argument", () =>
  withFolder(async (folder) => {
    const odd = join(folder, "a b; $(touch no) 'c'");
    mkdirSync(odd);
    writeFileSync(join(odd, "main.js"), "console.log(process.argv[2])");
    const done = await run(folder, "", { command: [process.execPath, join(odd, "main.js"), odd] });
    assert.is(done.stdout.trim(), odd);
  }));

test.run();
