import { basename } from "node:path";
import { ShapeError } from "../core/errors";
import { formatShape, sameShape, wholeWindow } from "../core/raster";
import { decodeTiff } from "../io/tiff/decodeTiff";
import { describeTiff } from "../io/tiff/describeTiff";
import type { StackRows } from "./rowReader";

/**
 * Opens products of one shape as rows to be read together.
 * @throws FormatError a file is no one-band TIFF
 * @throws ShapeError their shapes differ
 */
export async function openPlaneRows(paths: readonly string[]): Promise<StackRows> {
  const sources = [];
  for (const path of paths) {
    const described = describeTiff(path);
    const source = described.plain ? described.source : await decodeTiff(path);
    const { shape } = sources[0] ?? source;
    if (!sameShape(source.shape, shape)) {
      throw new ShapeError(
        `${path}: found ${formatShape(source.shape)}, expected ${formatShape(shape)} as ${paths[0]}; name products of one run`,
        { path },
      );
    }
    sources.push(source);
  }
  return {
    sources,
    dates: paths.map((path) => basename(path)),
    window: wholeWindow(sources[0]!.shape),
    looks: null,
    nodata: "zero",
  };
}
