import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Raster } from "../../src/core/raster";
import { productHeader } from "../../src/io/products";

/** A whole one-band TIFF by geotiff, which shares no code with pila's own reader. */
export async function readByGeotiff(path: string): Promise<Raster> {
  const { fromFile } = await import("geotiff");
  const tiff = await fromFile(path);
  const image = await tiff.getImage();
  const [band] = (await image.readRasters()) as unknown as Float32Array[];
  tiff.close();
  return { shape: { azimuth: image.getHeight(), range: image.getWidth() }, values: band! };
}

/** Writes an intensity crop as `prep` does. */
export function writeCrop(folder: string, date: string, { shape, values }: Raster): void {
  const header = productHeader(shape);
  const pixels = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  writeFileSync(join(folder, `${date}_int_crop.tif`), Buffer.concat([header.bytes, pixels]));
}

/** Fails with the first byte that differs; never prints the files. */
export function assertSameBytes(found: string, expected: string, what = ""): void {
  const [a, b] = [readFileSync(found), readFileSync(expected)];
  if (a.equals(b)) return;
  const at = a.findIndex((byte, i) => byte !== b[i]);
  assert.unreachable(
    `${what} ${found}: ${a.length} bytes, ${expected}: ${b.length}, first difference at byte ${at}`,
  );
}

/** Fails at the first value that is not the expected one, bit for bit (NaN of any kind is NaN). */
export function assertSameValues(found: Float32Array, expected: ArrayLike<number>, what: string): void {
  assert.is(found.length, expected.length, `${what}: length`);
  const at = found.findIndex((value, i) => !Object.is(value, expected[i]));
  assert.ok(at < 0, `${what}: value ${at} is ${found[at]}, expected ${expected[at]}`);
}
