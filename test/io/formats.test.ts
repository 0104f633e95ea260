import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openSlcStack } from "../../src/io/folders";
import { SLC_FORMATS } from "../../src/io/formats/registry";
import { PlaneReader } from "../../src/io/rows";
import { searchImages } from "../../src/io/search";
import { testUnless } from "../testUnless";
import { DATES, LAYOUTS, SHAPE, samplesOf } from "./formats.fixture";
import { assertSameValues } from "./product.fixture";
import { h5pyMissing, pythonMissing } from "./python.fixture";
import { withFolder } from "./slcFile.fixture";

const seen = new Set<unknown>();

for (const { name, needs, write, opened = "", choice, by = "bytes" } of LAYOUTS) {
  const missing = { h5py: h5pyMissing, rasterio: pythonMissing, nothing: undefined }[needs ?? "nothing"];
  testUnless(missing)(`the stack is the same in every format: ${name}`, () =>
    withFolder((folder) => {
      write(folder);
      for (const { format } of searchImages(join(folder, opened), false)) seen.add(format);
      const { scenes, shape, findings } = openSlcStack(join(folder, opened), choice);
      assert.equal(
        scenes.map(({ date }) => date),
        [...DATES],
      );
      assert.equal(shape, SHAPE);
      assert.is(scenes.at(-1)!.source.by, by);
      assert.equal(
        findings.filter(({ severity }) => severity !== "note"),
        [],
      );
      const reader = new PlaneReader(scenes.map(({ source }) => source));
      for (const [i, date] of DATES.entries()) {
        const whole = { row: 0, rows: SHAPE.azimuth, column: 0, columns: SHAPE.range };
        assertSameValues(reader.values(i, whole), samplesOf(date), date);
        const part = reader.values(i, { row: 3, rows: 5, column: 2, columns: 7 });
        const expected = Array.from({ length: 5 }, (_, row) =>
          samplesOf(date).subarray(2 * ((row + 3) * 10 + 2), 2 * ((row + 3) * 10 + 9)),
        );
        assertSameValues(
          part,
          expected.flatMap((line) => [...line]),
          `${date}, a part`,
        );
      }
      reader.close();
    }),
  );
}

test("every format of the registry was read above", () => {
  const formats = SLC_FORMATS.filter(({ files }) => files !== "HDF5" || h5pyMissing === undefined);
  assert.equal(
    formats.filter((format) => !seen.has(format)).map(({ files }) => files),
    [],
  );
});

test.run();
