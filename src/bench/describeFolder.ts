import { readdirSync } from "node:fs";
import { CROP_SUFFIX, openIntensityStack } from "../io/intensityFolder";
import { readManifest } from "../io/prepManifest";
import { openSlcStack } from "../io/slcFolder";
import type { DataDescription } from "./dataDescription";

/** What is written where crops do not say how they were made. */
const UNKNOWN = "unknown";

/**
 * What a folder holds: SLC where there are SLC descriptions and no crops, else intensities, with the crop, looks and
 * no data of their pila-prep.json.
 * @throws FormatError, ShapeError it is no stack
 */
export async function describeFolder(folder: string): Promise<DataDescription> {
  return isSlcFolder(folder) ? describeSlcFolder(folder) : describeIntensities(folder);
}

function isSlcFolder(folder: string): boolean {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    // Opening it as a stack says what is wrong with it.
    return false;
  }
  return (
    names.some((name) => /\.slc\.(vrt|xml)$/i.test(name)) && !names.some((name) => name.endsWith(CROP_SUFFIX))
  );
}

function describeSlcFolder(folder: string): DataDescription {
  const { scenes, shape } = openSlcStack(folder);
  return {
    kind: "slc",
    dates: scenes.map(({ date, path, source }) => ({ name: date, path, files: [source.path] })),
    shape,
    looks: "1x1",
    crop: null,
    nodata: UNKNOWN,
  };
}

async function describeIntensities(folder: string): Promise<DataDescription> {
  const { scenes, shape } = await openIntensityStack(folder);
  const manifest = readManifest(folder);
  return {
    kind: "intensity",
    dates: scenes.map(({ date, path }) => ({ name: date, path, files: [path] })),
    shape,
    looks: manifest?.looks ?? UNKNOWN,
    crop: manifest?.crop ?? null,
    nodata: manifest?.nodata ?? UNKNOWN,
  };
}
