import { join } from "node:path";
import { findBackend } from "../../src/backends/registry";
import type { Raster } from "../../src/core/raster";
import { Meter } from "../../src/parallel/meter";
import { fused } from "../../src/pipeline/fused";
import { prepare } from "../../src/pipeline/prepare";
import type { IntensityParameters } from "../../src/pipeline/stackRows";
import { readByGeotiff } from "../io/product.fixture";

/** Where the three products of a run are. */
export interface ProductPaths {
  readonly mean: string;
  readonly std: string;
  readonly count: string;
}

export function productPaths(folder: string): ProductPaths {
  return { mean: join(folder, "mean.tif"), std: join(folder, "std.tif"), count: join(folder, "count.tif") };
}

export async function runPrepare(
  slcFolder: string,
  intensityFolder: string,
  parameters: IntensityParameters,
  workers: number,
): Promise<void> {
  await prepare({ ...parameters, slcFolder, intensityFolder, workers, overwrite: false });
}

/** Reduces a folder of crops by a backend into a folder of its own. */
export async function runBackend(
  id: string,
  intensityFolder: string,
  out: string,
  workers: number,
  split: "dates" | "rows" = "dates",
): Promise<ProductPaths> {
  const paths = productPaths(out);
  const meter = new Meter(0, false);
  await findBackend(id).run({ intensityFolder, ...paths, workers, split, meter });
  return paths;
}

export async function runFused(
  slcFolder: string,
  out: string,
  parameters: IntensityParameters,
  workers: number,
): Promise<ProductPaths> {
  const paths = productPaths(out);
  await fused({ ...parameters, slcFolder, ...paths, workers });
  return paths;
}

/** The three products, read by geotiff. */
export async function readProducts(paths: ProductPaths): Promise<Record<keyof ProductPaths, Raster>> {
  return {
    mean: await readByGeotiff(paths.mean),
    std: await readByGeotiff(paths.std),
    count: await readByGeotiff(paths.count),
  };
}
