// Decodes TIFFs by geotiff. A file of its own: what is loaded from the code cache cannot import modules of that kind.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fault } from "../core/errors";
import { PIXEL_BYTES, type RawSource } from "../core/raster";
import { OutputFile } from "./outputFile";

/** Rows decoded at a time: enough to amortise a tile row, little memory. */
const ROWS_A_READ = 256;

/**
 * Decodes a compressed or tiled TIFF, or one of whole numbers, into a temporary file of plain float32 rows, which goes
 * with the process.
 * @param nodata the value that its header declares as no data
 * @throws FormatError the file cannot be decoded
 */
export async function decodeTiff(path: string, nodata: number | null): Promise<RawSource> {
  const { fromFile } = await import("geotiff");
  const output = new OutputFile(join(tmpdir(), "pila-decoded.raw"));
  try {
    const tiff = await fromFile(path);
    const image = await tiff.getImage();
    const shape = { azimuth: image.getHeight(), range: image.getWidth() };
    const rowStride = shape.range * PIXEL_BYTES.float32;
    for (let row = 0; row < shape.azimuth; row += ROWS_A_READ) {
      const end = Math.min(row + ROWS_A_READ, shape.azimuth);
      const bands = await image.readRasters({ window: [0, row, shape.range, end], samples: [0] });
      const values = Float32Array.from((bands as unknown as ArrayLike<number>[])[0]!);
      output.write(new Uint8Array(values.buffer), row * rowStride);
    }
    tiff.close();
    return {
      by: "bytes",
      path: output.temporaryPath,
      kind: "float32",
      wholeNumbers: false,
      shape,
      dataOffset: 0,
      pixelStride: PIXEL_BYTES.float32,
      rowStride,
      bigEndian: false,
      strips: null,
      nodata,
    };
  } catch (cause) {
    output.discard();
    throw fault(
      path,
      `found a TIFF that cannot be decoded (${(cause as Error).message}), expected intensity; make it again`,
      { cause },
    );
  }
}
