import { join, resolve } from "node:path";
import { FormatError, ShapeError } from "../core/errors";
import { formatShape, sameShape } from "../core/raster";
import type { Scene, Stack } from "../core/stack";
import { listFolder } from "./listFolder";
import { isProduct } from "./productWriter";
import { describeTiff } from "./tiff/describeTiff";

/** What the crops of a folder are called. */
export const CROP_SUFFIX = "_int_crop.tif";

/**
 * The intensity images of a folder, in name order: `*_int_crop.tif` if there are any, else every `*.tif`.
 * Images that are compressed, tiled or of whole numbers are decoded once into memory-backed temporary files.
 * @param outputs files about to be written: where an earlier run of pila wrote them beside images that are no crops,
 *   they are left out, so that results among the inputs are no inputs
 * @throws FormatError no image, or one that cannot be read
 * @throws ShapeError images of different shapes
 */
export async function openIntensityStack(folder: string, outputs: readonly string[] = []): Promise<Stack> {
  const names = listFolder(folder);
  const own = new Set(outputs.map((path) => resolve(path)));
  const crops = names.filter((name) => name.endsWith(CROP_SUFFIX));
  const isOwn = (name: string): boolean => own.has(resolve(folder, name)) && isProduct(join(folder, name));
  const images = crops.length > 0 ? crops : names.filter((name) => /\.tiff?$/i.test(name) && !isOwn(name));
  const chosen = images.filter((name) => !name.startsWith("."));
  if (chosen.length === 0) {
    throw new FormatError(
      `${folder}: found no *${CROP_SUFFIX} and no *.tif, expected one intensity image a date; make them with \`pila prep SLC_DIR ${folder}\``,
      { path: folder },
    );
  }
  const scenes: Scene[] = [];
  for (const name of chosen) scenes.push(await openScene(folder, name));
  const shape = scenes[0]!.source.shape;
  for (const { path, source } of scenes) {
    if (sameShape(source.shape, shape)) continue;
    throw new ShapeError(
      `${path}: found ${formatShape(source.shape)}, expected ${formatShape(shape)} as ${scenes[0]!.path}; prepare all dates with the same crop and looks`,
      { path },
    );
  }
  return { folder, kind: "float32", shape, scenes };
}

async function openScene(folder: string, name: string): Promise<Scene> {
  const path = join(folder, name);
  const described = describeTiff(path);
  const source = described.plain ? described.source : await loadDecoder().decodeTiff(path);
  return { date: name.replace(/(_int_crop)?\.tiff?$/i, ""), path, source };
}

/** Wanted for few images, and it brings a package. */
function loadDecoder(): typeof import("./tiff/decodeTiff") {
  return require("./tiff/decodeTiff") as typeof import("./tiff/decodeTiff");
}
