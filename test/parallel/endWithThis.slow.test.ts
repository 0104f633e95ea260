import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readProcess } from "../../src/parallel/processes";

const PROCESSES = JSON.stringify(join(__dirname, "../../src/parallel/processes.js"));

/** A parent with two children in groups of their own, of which the second is let go; prints their numbers. */
const PARENT = `
const { spawn } = require("node:child_process");
const { endWithThis } = require(${PROCESSES});
const start = () => spawn("sleep", ["1000"], { detached: true, stdio: "ignore" }).pid;
const [kept, released] = [start(), start()];
endWithThis(-kept);
endWithThis(-released)();
console.log(kept + " " + released);
setInterval(() => {}, 1000);`;

for (const signal of ["SIGKILL", "SIGTERM", "SIGHUP"] as const) {
  test(`what is to end with a process does when that gets ${signal}; what was let go lives on`, async () => {
    const parent = spawn(process.execPath, ["-e", PARENT], { stdio: ["ignore", "pipe", "inherit"] });
    const [text] = (await once(parent.stdout, "data")) as [Buffer];
    const [kept, released] = String(text).split(" ").map(Number) as [number, number];
    try {
      assert.is.not(readProcess(kept), null);
      parent.kill(signal);
      for (let tries = 0; tries < 500 && readProcess(kept) !== null; tries++) await sleep(20);
      assert.is(readProcess(kept), null);
      assert.is(readProcess(released)?.pid, released);
    } finally {
      parent.kill("SIGKILL");
      for (const pid of [kept, released]) if (readProcess(pid) !== null) process.kill(pid, "SIGKILL");
    }
  });
}

test.run();
