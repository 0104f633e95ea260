// Loaded before any other file of dist/bin: what V8 compiled once is read back, which halves the time of starting up.
// Node 22.1 has module.enableCompileCache for this, which Node 20 lacks and which does not keep functions compiled late.
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname } from "node:path";
import { Script } from "node:vm";

/** Set by the build while it runs the programs once: what they compiled is kept at their end. */
const KEEP = process.env.PILA_KEEP_CODE === "1";

type Compile = (this: NodeModule, content: string, path: string) => unknown;

const prototype = Module.prototype as unknown as { _compile: Compile };
const compilePlainly = prototype._compile;

prototype._compile = function (content, path) {
  if (dirname(path) !== __dirname) return compilePlainly.call(this, content, path);
  const cachePath = cachePathOf(path);
  const cachedData = readIfThere(cachePath);
  if (cachedData === undefined && !KEEP) return compilePlainly.call(this, content, path);
  // V8 itself refuses a cache of another version or other flags, and compiles then.
  const script = new Script(Module.wrap(content.replace(/^#!.*/, "")), {
    filename: path,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (KEEP) keepAtEnd(script, cachePath);
  const run = script.runInThisContext() as (...moduleScope: unknown[]) => unknown;
  return run.call(this.exports, this.exports, createRequire(path), this, path, __dirname);
};

/** V8 knows a source by its length only: the name tells which writing of the file the cache is of. */
function cachePathOf(path: string): string {
  return `${path}.${Math.round(statSync(path).mtimeMs * 1000)}.cache`;
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function keepAtEnd(script: Script, path: string): void {
  const keep = (): void => {
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, script.createCachedData());
    renameSync(unfinished, path);
  };
  process.on("exit", keep);
  // A thread may be ended from outside, without an exit of its own.
  const { isMainThread } = require("node:worker_threads") as typeof import("node:worker_threads");
  if (!isMainThread) setInterval(keep, 1).unref();
}
