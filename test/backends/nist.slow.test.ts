import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BACKEND_IDS } from "../../src/backends/registry";
import { writeCrop } from "../io/product.fixture";
import { withFolder } from "../io/slcFile.fixture";
import { readProducts, runBackend } from "../pipeline/run.fixture";
import { testUnless } from "../testUnless";
import { backendMissing } from "./available.fixture";

// NIST StRD, univariate summary statistics, NumAcc1 to NumAcc4: values, certified mean, certified std (ddof 1).
// Values are multiples of 0.1 that no float32 holds: 2 and 3 are taken tenfold, where they are whole numbers and the
// certified values are tenfold too. 4 needs 27 bits even so; its steps of 0.1 about 10000000.2 become steps of 1.
const turn = (first: number, low: number, high: number): number[] =>
  Array.from({ length: 1001 }, (_, i) => (i === 0 ? first : i % 2 === 1 ? low : high));
const SETS = [
  { name: "NumAcc1", values: [10000001, 10000003, 10000002], mean: 10000002, std: 1 },
  { name: "NumAcc2 tenfold", values: turn(12, 11, 13), mean: 12, std: 1 },
  { name: "NumAcc3 tenfold", values: turn(10000002, 10000001, 10000003), mean: 10000002, std: 1 },
  { name: "NumAcc4 in steps of 1", values: turn(10000002, 10000001, 10000003), mean: 10000002, std: 1 },
];

for (const id of BACKEND_IDS) {
  testUnless(backendMissing(id))(`${id} gives the certified values of NIST StRD NumAcc1 to NumAcc4`, () =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, "crops"));
      // One cell a set; the shorter set has no data on the other dates.
      for (let date = 0; date < 1001; date++) {
        const values = Float32Array.from(SETS, (set) => set.values[date] ?? Number.NaN);
        writeCrop(join(folder, "crops"), `d${String(date).padStart(4, "0")}`, {
          shape: { azimuth: 1, range: SETS.length },
          values,
        });
      }
      const found = await readProducts(await runBackend(id, join(folder, "crops"), folder, 2));
      for (const [cell, { name, values, mean, std }] of SETS.entries()) {
        assert.is(found.mean.values[cell], mean, `${name}: mean`);
        const ddof0 = Math.fround(std * Math.sqrt((values.length - 1) / values.length));
        assert.is(found.std.values[cell], ddof0, `${name}: std`);
        assert.is(found.count.values[cell], values.length, `${name}: count`);
      }
    }),
  );
}

test.run();
