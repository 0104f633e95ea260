import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FileError, FormatError } from "../../src/core/errors";
import { OutputFile, placeTogether } from "../../src/io/outputFile";
import { lockFolder, makeFolder, removeLeftovers } from "../../src/io/workFolder";
import { withFolder } from "./slcFile.fixture";

const MODULE = JSON.stringify(join(__dirname, "../../src/io/workFolder.js"));

test("a folder is kept for one at a time, given back once, and not by the dead", () =>
  withFolder(async (folder) => {
    const unlock = lockFolder(folder);
    assert.throws(
      () => lockFolder(folder),
      (error: Error) => error instanceof FileError && /another run of pila at work in it/.test(error.message),
    );
    unlock();
    lockFolder(folder)();
    assert.equal(readdirSync(folder), []);
    const killed = `require(${MODULE}).lockFolder(${JSON.stringify(folder)}); process.kill(process.pid, "SIGKILL")`;
    await once(spawn(process.execPath, ["-e", killed], { stdio: "ignore" }), "exit");
    assert.is(readdirSync(folder).length, 1);
    lockFolder(folder)();
    removeLeftovers(folder);
    assert.equal(readdirSync(folder), []);
  }));

/** Asks for the folder at once with the others, and says when it had it. */
const CONTENDER = `
const { lockFolder } = require(${MODULE});
const folder = process.argv[1];
for (let i = 0; i < 40; i++) {
  try {
    const unlock = lockFolder(folder);
    const from = process.hrtime.bigint();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    const to = process.hrtime.bigint();
    unlock();
    console.log(from + " " + to);
  } catch (error) {
    if (error.name !== "FileError") throw error;
  }
}`;

test("of processes that ask for a folder at once, no two have it at the same time", () =>
  withFolder(async (folder) => {
    const held: [bigint, bigint][] = [];
    const contend = async (): Promise<void> => {
      const child = spawn(process.execPath, ["-e", CONTENDER, folder], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.on("data", (chunk) => (text += chunk));
      const [code] = await once(child, "close");
      assert.is(code, 0);
      for (const line of text.trim().split("\n").filter(Boolean)) {
        held.push(line.split(" ").map(BigInt) as [bigint, bigint]);
      }
    };
    await Promise.all([contend(), contend(), contend(), contend()]);
    held.sort(([a], [b]) => (a < b ? -1 : 1));
    assert.ok(held.length >= 4, `${held.length} times`);
    for (const [i, [from]] of held.slice(1).entries()) assert.ok(from >= held[i]![1], `${i}: two at once`);
    assert.equal(readdirSync(folder), []);
  }));

test("files are placed all, with others gone, or none, with what stood there back", () =>
  withFolder(async (folder) => {
    const at = (name: string): string => join(folder, name);
    const begin = (name: string): OutputFile => {
      const output = new OutputFile(at(name));
      output.write(Buffer.from("new"), 0);
      return output;
    };
    for (const name of ["a", "b", "gone"]) writeFileSync(at(name), "old");
    const outputs = ["a", "b", "c"].map(begin);
    // A folder that is not empty stands where the last is to go.
    mkdirSync(at("c/full"), { recursive: true });
    await placeTogether(outputs, [at("gone")]).then(
      () => assert.unreachable("it placed a file over a folder"),
      (error: Error) => assert.instance(error, FileError),
    );
    for (const output of outputs) output.discard();
    for (const name of ["a", "b", "gone"]) assert.is(readFileSync(at(name), "utf8"), "old", name);
    rmSync(at("c"), { recursive: true });
    assert.equal(readdirSync(folder), ["a", "b", "gone"]);

    await placeTogether(["a", "b", "c"].map(begin), [at("gone"), at("a"), at("nothing")]);
    for (const name of ["a", "b", "c"]) assert.is(readFileSync(at(name), "utf8"), "new", name);
    assert.equal(readdirSync(folder), ["a", "b", "c"]);
  }));

test("a folder that cannot be made is told with what is in the way", () =>
  withFolder((folder) => {
    writeFileSync(join(folder, "file"), "");
    assert.throws(
      () => makeFolder(join(folder, "file/deep/er")),
      (error: Error) => error instanceof FormatError && /ENOTDIR|EEXIST/.test(error.message),
    );
    assert.is(makeFolder(join(folder, "x/y")), join(folder, "x"));
    assert.ok(existsSync(join(folder, "x/y")));
    assert.is(makeFolder(join(folder, "x/y")), undefined);
  }));

test.run();
