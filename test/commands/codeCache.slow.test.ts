import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withFolder } from "../io/slcFile.fixture";

const ROOT = join(__dirname, "../../..");

/** Runs fused on the sample by a copy of the programs. @returns what it printed, and its products */
function runFused(folder: string): {
  stdout: string;
  stderr: string;
  code: number | null;
  products: Buffer[];
} {
  const products = ["mean.tif", "std.tif"].map((name) => join(folder, name));
  const words = ["fused", join(ROOT, "data-prep/sample"), ...products, "--workers", "2", "--json"];
  const program = join(folder, "dist/bin/pila.js");
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...words], { encoding: "utf8" });
  return {
    stdout,
    stderr,
    code: status,
    products: status === 0 ? products.map((path) => readFileSync(path)) : [],
  };
}

/** A copy of the programs with their code caches, as new as they are here. */
function copyPrograms(folder: string): readonly string[] {
  mkdirSync(join(folder, "dist"));
  cpSync(join(ROOT, "dist/bin"), join(folder, "dist/bin"), { recursive: true, preserveTimestamps: true });
  symlinkSync(join(ROOT, "dist/src"), join(folder, "dist/src"));
  cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
  const bin = join(folder, "dist/bin");
  return readdirSync(bin)
    .filter((name) => name.endsWith(".cache"))
    .map((name) => join(bin, name));
}

test("the build keeps the code of what is measured", () =>
  withFolder((folder) => {
    const kept = copyPrograms(folder).map((path) => path.split("/").at(-1)!.split(".js.")[0]!);
    for (const name of ["program", "fused", "prep", "stats", "rowWorker.body", "entry.body"])
      assert.ok(kept.includes(name), name);
  }));

test("products are the same bytes with a code cache, without, and with one that was cut off", () =>
  withFolder((folder) => {
    const caches = copyPrograms(folder);
    const withCache = runFused(folder);
    assert.is(withCache.code, 0, withCache.stderr);
    for (const path of caches) truncateSync(path, 1000);
    const cutOff = runFused(folder);
    for (const path of caches) rmSync(path);
    const without = runFused(folder);
    for (const other of [cutOff, without]) {
      assert.is(other.code, 0, other.stderr);
      const isSame = other.products.map((bytes, i) => bytes.equals(withCache.products[i]!));
      assert.equal(isSame, [true, true]);
    }
  }));

test("a program that was changed, even to the same length, is not run from the code of what it was", () =>
  withFolder((folder) => {
    copyPrograms(folder);
    assert.match(runFused(folder).stdout, /"command":"fused"/);
    const path = join(folder, "dist/bin/fused.js");
    const text = readFileSync(path, "utf8");
    const changed = text.replaceAll('"fused"', '"fuser"');
    assert.is(changed.length, text.length);
    assert.not.equal(changed, text);
    writeFileSync(path, changed);
    assert.match(runFused(folder).stdout, /"command":"fuser"/);
  }));

test.run();
