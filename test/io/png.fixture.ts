import { inflateSync } from "node:zlib";
import * as assert from "uvu/assert";

/** A PNG of 8-bit palette colours, read by this file alone. */
export interface ReadPng {
  readonly width: number;
  readonly height: number;
  /** Palette places, row-major. */
  readonly levels: Uint8Array;
  /** Red, green, blue, opacity of each place. */
  readonly palette: readonly (readonly number[])[];
  readonly texts: Readonly<Record<string, string>>;
}

/** Reads the chunks of a PNG without interlacing and filters. */
export function readPng(bytes: Uint8Array): ReadPng {
  const file = Buffer.from(bytes);
  assert.is(file.subarray(0, 8).toString("latin1"), "\x89PNG\r\n\x1a\n");
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    chunks.push({
      type: file.toString("latin1", at + 4, at + 8),
      data: file.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  const all = (type: string): Buffer =>
    Buffer.concat(chunks.filter((chunk) => chunk.type === type).map(({ data }) => data));
  const head = all("IHDR");
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  assert.equal([...head.subarray(8)], [8, 3, 0, 0, 0], "8 bits, palette, no interlacing");
  const raw = inflateSync(all("IDAT"));
  const levels = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    assert.is(raw[row * (width + 1)], 0, "filter of a row");
    levels.set(raw.subarray(row * (width + 1) + 1, (row + 1) * (width + 1)), row * width);
  }
  const [colours, opacity] = [all("PLTE"), all("tRNS")];
  const palette = Array.from({ length: colours.length / 3 }, (_, i) => [
    ...colours.subarray(3 * i, 3 * i + 3),
    opacity[i] ?? 255,
  ]);
  const texts = Object.fromEntries(
    chunks
      .filter(({ type }) => type === "tEXt")
      .map(({ data }) => data.toString("latin1").split("\0") as [string, string]),
  );
  return { width, height, levels, palette, texts };
}
