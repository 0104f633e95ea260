import { closeSync, ftruncateSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openIntensityStack } from "../../src/io/folders";
import { placeTogether } from "../../src/io/outputFile";
import { Product, productHeader } from "../../src/io/products";
import { PlaneReader } from "../../src/io/rows";
import { readProducts, runBackend, runFused } from "../pipeline/run.fixture";
import { testUnless } from "../testUnless";
import { assertSameValues, writeCrop } from "./product.fixture";
import { pythonMissing, runPython } from "./python.fixture";
import { randomSamples, withFolder, writeSparseSlc } from "./slcFile.fixture";

test("fused reads the right samples beyond 4 GiB of an SLC", () =>
  withFolder(async (folder) => {
    const shape = { azimuth: 90_002, range: 7001 };
    const tails = [1, 2, 3].map((seed) => randomSamples({ azimuth: 10, range: shape.range }, seed));
    for (const [i, tail] of tails.entries()) writeSparseSlc(folder, `d${i}`, shape, tail);
    assert.ok(statSync(join(folder, "d0.slc")).size > 2 ** 32);
    // Looked image 45001 x 1400: the last four rows and three columns, lines 89994 to 90001 and samples 6985 to 6999.
    const crop = { azimuth: 4, range: 3, azimuthOffset: 44_997, rangeOffset: 1397 };
    const parameters = { looks: { azimuth: 2, range: 5 }, crop, nodata: "zero" } as const;
    const found = await readProducts(await runFused(folder, join(folder, "out"), parameters, 2));
    const expected = Array.from({ length: 12 }, (_, cell) => {
      const [row, column] = [Math.floor(cell / 3), cell % 3];
      const dates = tails.map((tail) => {
        let sum = 0;
        for (let a = 0; a < 2; a++) {
          for (let r = 0; r < 5; r++) {
            const sample = (2 + 2 * row + a) * shape.range + 5 * (1397 + column) + r;
            sum += tail[2 * sample]! ** 2 + tail[2 * sample + 1]! ** 2;
          }
        }
        return sum / 10;
      });
      return dates.reduce((a, b) => a + b) / 3;
    });
    found.mean.values.forEach((value, cell) => {
      assert.ok(
        Math.abs(value - expected[cell]!) <= 1e-6 * expected[cell]!,
        `cell ${cell}: ${value}, ${expected[cell]}`,
      );
    });
  }));

const LARGE = { azimuth: 36_000, range: 32_768 };

testUnless(pythonMissing)("a product over 4 GiB is a BigTIFF that geotiff and rasterio read at its end", () =>
  withFolder(async (folder) => {
    const path = join(folder, "large.tif");
    const product = new Product(path, LARGE);
    const { dataOffset, rowBytes } = product.target;
    const row = Float32Array.from({ length: LARGE.range }, (_, i) => i + 0.5);
    writeSync(product.file, row, 0, row.byteLength, dataOffset + (LARGE.azimuth - 1) * rowBytes);
    await placeTogether([product]);
    assert.is(statSync(path).size, product.fileBytes);
    assert.ok(product.fileBytes > 2 ** 32);

    const { fromFile } = await import("geotiff");
    const tiff = await fromFile(path);
    const image = await tiff.getImage();
    const window = [32_760, 35_999, 32_768, 36_000];
    const [end] = (await image.readRasters({ window })) as unknown as Float32Array[];
    tiff.close();
    const expected = [...row.subarray(32_760)];
    assert.equal([...end!], expected);
    const program = `
import json, sys, rasterio, warnings
warnings.simplefilter("ignore")
with rasterio.open(json.load(sys.stdin)) as image:
    print(json.dumps(image.read(1, window=((35999, 36000), (32760, 32768))).ravel().tolist()))
`;
    assert.equal(JSON.parse(runPython(program, path)), expected);

    const { scenes, shape } = await openIntensityStack(folder);
    assert.equal(shape, LARGE);
    const reader = new PlaneReader([scenes[0]!.source]);
    const range = { row: 35_999, rows: 1, column: 32_760, columns: 8 };
    assert.equal([...reader.values(0, range)], expected);
    reader.close();
  }),
);

test("a header just below 4 GiB is classic TIFF, one just above is BigTIFF, and offsets point at the pixels", () => {
  const classic = productHeader({ azimuth: 32_700, range: 32_768 });
  assert.is(classic.bytes.readUInt16LE(2), 42);
  const big = productHeader({ azimuth: 32_768, range: 32_768 });
  assert.is(big.bytes.readUInt16LE(2), 43);
  assert.is(big.fileBytes, big.dataOffset + 2 ** 32);
});

test("crops whose pixels begin beyond 4 GiB are reduced in place", () =>
  withFolder(async (folder) => {
    // A classic header moved: the only strip stands behind a hole, as BigTIFF allows.
    const values = [Float32Array.of(1, 5, 9), Float32Array.of(3, 5, 1)];
    for (const [i, pixels] of values.entries()) writeFarCrop(join(folder, `d${i}_int_crop.tif`), pixels);
    for (const [id, workers] of [
      ["sec", 1],
      ["mp_v2", 2],
    ] as const) {
      const found = await readProducts(await runBackend(id, folder, join(folder, id), workers));
      assertSameValues(found.mean.values, [2, 5, 5], `${id}, mean`);
      assertSameValues(found.std.values, [1, 0, 4], `${id}, std`);
    }
  }));

/** A BigTIFF of one row of pixels at byte 5e9. */
function writeFarCrop(path: string, pixels: Float32Array): void {
  const far = 5_000_000_000;
  const entries: [tag: number, type: number, value: number][] = [
    [256, 4, pixels.length],
    [257, 4, 1],
    [258, 3, 32],
    [259, 3, 1],
    [273, 16, far],
    [277, 3, 1],
    [278, 4, 1],
    [279, 16, pixels.byteLength],
    [339, 3, 3],
  ];
  const header = Buffer.alloc(16 + 8 + 20 * entries.length + 8);
  header.write("II", "latin1");
  header.writeUInt16LE(43, 2);
  header.writeUInt16LE(8, 4);
  header.writeBigUInt64LE(16n, 8);
  header.writeBigUInt64LE(BigInt(entries.length), 16);
  entries.forEach(([tag, type, value], i) => {
    header.writeUInt16LE(tag, 24 + 20 * i);
    header.writeUInt16LE(type, 26 + 20 * i);
    header.writeBigUInt64LE(1n, 28 + 20 * i);
    header.writeBigUInt64LE(BigInt(value), 36 + 20 * i);
  });
  const file = openSync(path, "w");
  writeSync(file, header, 0, header.length, 0);
  ftruncateSync(file, far + pixels.byteLength);
  writeSync(file, pixels, 0, pixels.byteLength, far);
  closeSync(file);
}

test("small crops are written as the fixture of the other tests does: by one header and the pixels", () =>
  withFolder(async (folder) => {
    writeCrop(folder, "d", { shape: { azimuth: 2, range: 3 }, values: Float32Array.of(1, 2, 3, 4, 5, 6) });
    const found = await readProducts(await runBackend("sec", folder, join(folder, "out"), 1));
    assertSameValues(found.mean.values, [1, 2, 3, 4, 5, 6], "mean");
    assertSameValues(found.std.values, [0, 0, 0, 0, 0, 0], "std");
    assertSameValues(found.count.values, [1, 1, 1, 1, 1, 1], "count");
  }));

test.run();
