import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { describeFolder, hashDataset } from "../../src/bench/data";
import { FormatError } from "../../src/core/errors";
import { withFolder } from "../records/records.fixture";

function writeSlc(tree: string, flat: string, date: string): string {
  mkdirSync(join(tree, date), { recursive: true });
  const raw = join(tree, date, `${date}.slc`);
  writeFileSync(raw, Buffer.alloc(4 * 3 * 8));
  writeFileSync(
    `${raw}.vrt`,
    `<VRTDataset rasterXSize="3" rasterYSize="4"><VRTRasterBand dataType="CFloat32" band="1" subClass="VRTRawRasterBand">
<SourceFilename relativeToVRT="1">${date}.slc</SourceFilename><ByteOrder>LSB</ByteOrder><ImageOffset>0</ImageOffset>
<PixelOffset>8</PixelOffset><LineOffset>24</LineOffset></VRTRasterBand></VRTDataset>`,
  );
  symlinkSync(`${raw}.vrt`, join(flat, `${date}.slc.vrt`));
  return raw;
}

test("SLC are named by date with the raw files that are read, also through links", () =>
  withFolder(async (folder) => {
    const flat = join(folder, "flat");
    mkdirSync(flat);
    const raws = ["20200113", "20200101"].map((date) => writeSlc(join(folder, "tree"), flat, date));
    const found = await describeFolder(flat);
    assert.is(found.kind, "slc");
    assert.equal(
      found.dates.map((date) => date.name),
      ["20200101", "20200113"],
    );
    assert.equal(
      found.dates.map((date) => date.files.map((path) => realpathSync(path))),
      [[raws[1]!], [raws[0]!]].map((paths) => paths.map((path) => realpathSync(path))),
    );
    assert.equal(found.shape, { azimuth: 4, range: 3 });
    const before = hashDataset(found.dates);
    assert.is(hashDataset(found.dates), before);
    writeFileSync(raws[0]!, Buffer.alloc(200));
    assert.is.not(hashDataset(found.dates), before);
  }));

test("an empty folder and one that is not there are errors that name them", () =>
  withFolder(async (folder) => {
    for (const path of [folder, join(folder, "none")]) {
      try {
        await describeFolder(path);
        assert.unreachable();
      } catch (error) {
        assert.instance(error, FormatError);
        assert.ok((error as Error).message.includes(path));
      }
    }
  }));

test.run();
