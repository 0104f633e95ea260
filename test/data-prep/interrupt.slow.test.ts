import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { simulateStack } from "../../data-prep/simulate";
import { withFolder } from "../io/slcFile.fixture";
import { filesBelow } from "./simulatedStack.fixture";

const SHAPE = { azimuth: 1024, range: 1024 };

/** A program that simulates 64 MiB a date; on SIGTERM it aborts the work, or ends the process at once. */
const program = (onSignal: string) => `
const { simulateStack } = require(${JSON.stringify(join(__dirname, "../../data-prep/simulate.js"))});
const controller = new AbortController();
process.once("SIGTERM", () => ${onSignal});
let told = false;
const onProgress = (done, total) => {
  if (told || done < total / 4) return;
  told = true;
  process.stdout.write("quarter\\n");
};
simulateStack({
  tree: process.argv[1], dates: 4, shape: { azimuth: 4096, range: 2048 }, seed: 1, signal: controller.signal, onProgress,
}).then(
  () => process.exit(0),
  (error) => process.exit(error.message === "SIGTERM" ? 143 : 1),
);
`;

const ENDINGS = {
  "SIGTERM that aborts the work": 'controller.abort(new Error("SIGTERM"))',
  "SIGTERM that ends the process at once": "process.exit(143)",
};
for (const [name, onSignal] of Object.entries(ENDINGS)) {
  test(`${name} leaves no file and no folder of it`, () =>
    withFolder(async (folder) => {
      const tree = join(folder, "parent/tree");
      const child = spawn(process.execPath, ["-e", program(onSignal), tree], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      assert.ok(readdirSync(join(tree, "20230105")).some((file) => file.startsWith(`.pila-${child.pid}-`)));
      child.kill("SIGTERM");
      const [code] = await once(child, "exit");
      assert.is(code, 143);
      assert.equal(readdirSync(folder), []);
    }));
}

test("an aborted run leaves the stack that stood there before, byte for byte", () =>
  withFolder(async (tree) => {
    const hash = () =>
      filesBelow(tree)
        .map(
          (file) =>
            file +
            createHash("sha256")
              .update(readFileSync(join(tree, file)))
              .digest("hex"),
        )
        .join("\n");
    await simulateStack({ tree, dates: 2, shape: SHAPE, seed: 1 });
    const before = hash();
    const controller = new AbortController();
    let reason: unknown;
    try {
      await simulateStack({
        tree,
        dates: 2,
        shape: SHAPE,
        seed: 2,
        signal: controller.signal,
        onProgress: () => controller.abort("enough"),
      });
    } catch (error) {
      reason = error;
    }
    assert.is(reason, "enough");
    assert.is(hash(), before);
  }));

test("files of a killed run are removed by the next, those of a living process stay", () =>
  withFolder(async (tree) => {
    const dead = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
    await once(dead, "exit");
    const abandoned = join(tree, `.pila-${dead.pid}-00ff`);
    const alive = join(tree, `.pila-${process.pid}-00ff`);
    for (const path of [abandoned, alive]) writeFileSync(path, "");
    await simulateStack({ tree, dates: 1, shape: { azimuth: 16, range: 16 }, seed: 1 });
    assert.not.ok(existsSync(abandoned));
    assert.ok(existsSync(alive));
  }));

test.run();
