import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readParts } from "./simulatedStack.fixture";

const SAMPLE = join(__dirname, "../../../data-prep/sample");

// Mean |S|^2 by exact fractions in Python, rounded once; the sample is line 10, column 20.
const DATES = {
  "20230319": {
    sha256: "43c4b51d65170d852649eb457fe65c3b19231b49efab74fc5d3a0108588f2ae7",
    meanIntensity: 98619.49076798804,
    sample: [171.79432678222656, 36.98408126831055],
  },
  "20230331": {
    sha256: "aacf446160b0fc09e58378bca7ea59e445bc8af6cd21c9b974fdf16e9ffa1f35",
    meanIntensity: 118631.94304733728,
    sample: [76, 87],
  },
};

for (const [date, expected] of Object.entries(DATES)) {
  test(`${date} holds the values it was credited with`, () => {
    const path = join(SAMPLE, `${date}.slc`);
    assert.is(createHash("sha256").update(readFileSync(path)).digest("hex"), expected.sha256);
    const parts = readParts(path);
    assert.is(parts.length, 2 * 84 * 338);
    assert.equal([...parts.slice(2 * (10 * 338 + 20), 2 * (10 * 338 + 21))], expected.sample);
    const mean = parts.reduce((sum, part) => sum + part * part, 0) / (84 * 338);
    assert.ok(Math.abs(mean / expected.meanIntensity - 1) < 1e-12);
  });
}

test("its README carries the credit", () => {
  const readme = readFileSync(join(SAMPLE, "README.md"), "utf8");
  for (const words of ["sarxarray", "Apache-2.0", "Contains modified Copernicus Sentinel data 2023"]) {
    assert.ok(readme.includes(words), words);
  }
});

test.run();
