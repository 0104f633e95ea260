import { chmodSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createCache, residentBytes, systemCache } from "../../src/bench/quiet";
import { withFolder } from "../records/records.fixture";

test("warm is wholly resident; cold is nothing resident, or it is called uncontrolled; files stay as they were", () =>
  withFolder((folder) => {
    const files = ["a", "b"].map((name) => join(folder, name));
    for (const path of files) {
      writeFileSync(path, Buffer.alloc(3_000_001, 7));
      chmodSync(path, 0o444);
    }
    const before = files.map((path) => statSync(path).mtimeMs);
    const state = systemCache.prepare(files, "cold");
    const resident = residentBytes(files);
    assert.is(state, resident?.resident === 0 ? "cold" : "uncontrolled");
    assert.is(systemCache.prepare(files, "warm"), "warm");
    const after = residentBytes(files);
    if (after !== null) {
      assert.is(after.size, 6_000_002);
      assert.ok(after.resident >= after.size);
    }
    assert.equal(
      files.map((path) => statSync(path).mtimeMs),
      before,
    );
  }));

for (const [resident, cold, warm] of [
  [0, "cold", "uncontrolled"],
  [4096, "uncontrolled", "uncontrolled"],
  [8192, "uncontrolled", "warm"],
  [null, "uncontrolled", "warm"],
] as const) {
  test(`${resident} of 8192 bytes resident: asked for cold it is ${cold}, asked for warm ${warm}`, () =>
    withFolder((folder) => {
      const path = join(folder, "a");
      writeFileSync(path, "a");
      const evicted: string[] = [];
      const cache = createCache({
        evict: (file) => evicted.push(file),
        residentBytes: () => (resident === null ? null : { resident, size: 8192 }),
      });
      assert.is(cache.prepare([path], "cold"), cold);
      assert.equal(evicted, [path]);
      assert.is(cache.prepare([path], "warm"), warm);
      assert.equal(evicted, [path]);
    }));
}

test("what cannot be looked at is not called cold", () =>
  withFolder((folder) => {
    assert.is(residentBytes([join(folder, "missing")]), null);
    assert.is(systemCache.prepare([join(folder, "missing")], "cold"), "uncontrolled");
  }));

test.run();
