import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { basename } from "node:path";
import type { Raster, Shape } from "../core/raster";

/** One date of a stack: its name, the file that stands for it in the folder, and every file its samples are read from. */
export interface DateFiles {
  readonly name: string;
  readonly path: string;
  /** What a run reads, so what is warmed or evicted; links are followed. */
  readonly files: readonly string[];
}

/** What a data folder holds. */
export interface DataDescription {
  readonly kind: "slc" | "intensity";
  /** In the order in which the backends read them. */
  readonly dates: readonly DateFiles[];
  /** Of one image: SLC samples, or intensity cells. */
  readonly shape: Shape;
  /** Of intensities, `4x4`, or that they are not known; of SLC, `1x1`. */
  readonly looks: string;
  /** Window the intensities were cut with, rows,cols,row0,col0; null is the whole image. */
  readonly crop: string | null;
  /** `zero`, `none`, or that it is not known. */
  readonly nodata: string;
}

/** Says what a folder holds; throws a PilaError where it is no stack. */
export type DescribeData = (folder: string) => Promise<DataDescription> | DataDescription;

/** Reads a float32 plane of any of the rasters a run or a peer writes. */
export type ReadPlane = (path: string) => Promise<Raster> | Raster;

/** Of names, sizes and modification times (whole milliseconds) of all files, in their order; contents are not read. */
export function hashDataset(dates: readonly DateFiles[]): string {
  const hash = createHash("sha256");
  for (const path of dates.flatMap((date) => date.files)) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${basename(path)}\0${size}\0${Math.floor(mtimeMs)}\n`);
  }
  return hash.digest("hex");
}
