import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkBytes, checkPeer, comparePlanes, cropFiles, hashFiles } from "../../src/bench/gate";
import type { Raster } from "../../src/core/raster";
import { withFolder } from "../records/records.fixture";

const plane = (...values: number[]): Raster => ({
  shape: { azimuth: 1, range: values.length },
  values: Float32Array.from(values),
});
const same = {
  mean: plane(100, 200, Number.NaN, Number.POSITIVE_INFINITY),
  std: plane(1, 2, Number.NaN, Number.NaN),
};

test("the hash of files is the one that cat and sha256sum give", () =>
  withFolder((folder) => {
    const paths = ["mean", "std"].map((name) => join(folder, name));
    writeFileSync(paths[0]!, Buffer.alloc(3_000_001, "ab"));
    writeFileSync(paths[1]!, "end");
    const { stdout } = spawnSync("sh", ["-c", `cat ${paths.join(" ")} | sha256sum`], { encoding: "utf8" });
    assert.is(hashFiles(paths), stdout.slice(0, 64));
    assert.is(checkBytes(paths, stdout.slice(0, 64), "sec").reason, null);
    assert.match(
      checkBytes(paths, "0".repeat(64), "that of sec").reason!,
      "its output differs from that of sec",
    );
    assert.match(checkBytes([join(folder, "none")], "", "sec").reason!, "wrote no ");
    assert.is(checkBytes([], "", "sec").reason, "wrote no output");
  }));

test("only pixels valid in all dates are compared, NaN and infinities agree with themselves", () => {
  const everywhere = plane(3, 3, 3, 3);
  assert.equal(comparePlanes(same, same, everywhere, 3), { reason: null, comparedPixels: 4 });
  const other = { mean: plane(100, 999, 5, Number.POSITIVE_INFINITY), std: same.std };
  assert.equal(comparePlanes(other, same, plane(3, 2, 0, 3), 3), { reason: null, comparedPixels: 2 });
});

test("the tolerance is 1e-5 of the mean, for std of the larger of the two; the first pixel off is named", () => {
  const count = plane(3, 3);
  const expected = { mean: plane(100, 200), std: plane(1, 300) };
  const with_ = (mean: Raster, std: Raster) => comparePlanes({ mean, std }, expected, count, 3).reason;
  assert.is(with_(plane(100.0009, 200), plane(1.0009, 300.002)), null);
  assert.match(with_(plane(100, 200.0021), plane(1, 300))!, "its mean at row 0, column 1 is 200.002");
  assert.match(with_(plane(100, 200), plane(1.0011, 300))!, "its std at row 0, column 0 is 1.001");
  assert.match(with_(plane(100, 200), plane(1, 300.0033))!, "its std at row 0, column 1");
  assert.match(with_(plane(Number.NaN, 200), plane(1, 300))!, "its mean at row 0, column 0 is NaN");
});

test("another shape, nothing to compare and a file that cannot be read are reasons", () =>
  withFolder(async (folder) => {
    assert.is(
      comparePlanes({ mean: plane(1), std: plane(1) }, same, plane(3, 3, 3, 3), 3).reason,
      "its mean is 1 x 1, expected 1 x 4",
    );
    assert.match(comparePlanes(same, same, plane(1, 1, 1, 1), 3).reason!, "no pixel is valid in all dates");
    const files = { mean: join(folder, "mean"), std: join(folder, "std") };
    const reference = { ...files, count: "c" };
    assert.match((await checkPeer(files, reference, 3)).reason!, "wrote no ");
    writeFileSync(files.mean, "1");
    writeFileSync(files.std, "2");
    assert.match(
      (await checkPeer(files, reference, 3)).reason!,
      /^its output cannot be read: .*mean: found .* expected /,
    );
  }));

test("crops are *_int_crop.tif in name order if there are any, else *.tif", () =>
  withFolder((folder) => {
    assert.equal(cropFiles(join(folder, "none")), []);
    for (const name of ["b.tif", "a.tif", "note.txt"]) writeFileSync(join(folder, name), "");
    assert.equal(cropFiles(folder), [join(folder, "a.tif"), join(folder, "b.tif")]);
    for (const name of ["z_int_crop.tif", "c_int_crop.tif"]) writeFileSync(join(folder, name), "");
    assert.equal(cropFiles(folder), [join(folder, "c_int_crop.tif"), join(folder, "z_int_crop.tif")]);
  }));

test.run();
