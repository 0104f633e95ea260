// Folders as people have them: SLC dates, intensity crops, and the manifest that says how crops were made.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { FormatError, PilaError, ShapeError } from "../core/errors";
import { formatShape, type Scene, type Shape, type Stack, sameShape } from "../core/raster";
import { describeSlc, findDescriptions, slcNames } from "./formats/registry";
import { writeWholeFile } from "./outputFile";
import { isProduct } from "./products";
import { openTiff } from "./rows";

/** One date of a folder as it was found: a scene, or what is wrong with it. */
export interface FoundScene {
  readonly date: string;
  readonly path: string;
  readonly scene: Scene | null;
  readonly problem: PilaError | null;
}

/**
 * Every date of a folder, in name order; files that describe one date are one, read by the preferred format.
 * A date that cannot be read, or whose shape is not that of most dates, carries its problem.
 * @throws FormatError there is no such folder, or nothing in it is named like an SLC description
 */
export function findScenes(folder: string): readonly FoundScene[] {
  const names = listFolder(folder);
  const descriptions = findDescriptions(names);
  if (descriptions.size === 0) throw noScenes(folder, names);
  const found = [...descriptions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, name]) => readScene(date, join(folder, name)));
  const shape = commonShape(found);
  return found.map((entry) => (shape === null ? entry : checkShape(entry, shape)));
}

/**
 * The coregistered SLC images of a folder.
 * @param folder `DATE.slc.vrt`, or `DATE.slc` with `DATE.slc.xml`
 * @returns the scenes by date, and their common shape, azimuth x range
 * @throws FormatError a date cannot be read
 * @throws ShapeError a date has another shape than the others
 */
export function openSlcStack(folder: string): Stack {
  const found = findScenes(folder);
  const wrong = found.find((entry) => entry.problem !== null);
  if (wrong?.problem) throw wrong.problem;
  const scenes = found.flatMap((entry) => (entry.scene === null ? [] : [entry.scene]));
  return { folder, kind: "complex64", shape: scenes[0]!.source.shape, scenes };
}

function readScene(date: string, path: string): FoundScene {
  try {
    return { date, path, scene: { date, path, source: describeSlc(path) }, problem: null };
  } catch (error) {
    if (!(error instanceof PilaError)) throw error;
    return { date, path, scene: null, problem: error };
  }
}

/** The shape of most readable dates, the first of them when tied; null when none is readable. */
function commonShape(found: readonly FoundScene[]): Shape | null {
  const shapes = found.flatMap(({ scene }) => (scene === null ? [] : [scene.source.shape]));
  const votes = shapes.map((shape) => shapes.filter((other) => sameShape(shape, other)).length);
  return shapes[votes.indexOf(Math.max(...votes))] ?? null;
}

function checkShape(entry: FoundScene, shape: Shape): FoundScene {
  if (entry.scene === null || sameShape(entry.scene.source.shape, shape)) return entry;
  const problem = new ShapeError(
    `${entry.path}: found ${formatShape(entry.scene.source.shape)}, expected ${formatShape(shape)} as the other dates; coregister it or leave it out`,
    { path: entry.path },
  );
  return { ...entry, scene: null, problem };
}

function noScenes(folder: string, names: readonly string[]): FormatError {
  const others = names.filter((name) => !name.startsWith("."));
  const found =
    others.length === 0
      ? "an empty folder"
      : `${others.slice(0, 3).join(", ")}${others.length > 3 ? ` and ${others.length - 3} more` : ""}`;
  return new FormatError(
    `${folder}: found ${found}, expected ${slcNames()}; other formats are not supported, and a tree of dates needs \`pila link TREE FLAT\` first`,
    { path: folder },
  );
}

/** What the crops of a folder are called. */
export const CROP_SUFFIX = "_int_crop.tif";

/**
 * The intensity images of a folder, in name order: `*_int_crop.tif` if there are any, else every `*.tif`.
 * Images that are compressed, tiled or of whole numbers are decoded once into memory-backed temporary files.
 * @param outputs files about to be written: where an earlier run of pila wrote them beside images that are no crops,
 *   they are left out, so that results among the inputs are no inputs
 * @param folder one image a date
 * @returns the scenes, and their common shape, azimuth x range
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
  for (const name of chosen) {
    const path = join(folder, name);
    scenes.push({ date: name.replace(/(_int_crop)?\.tiff?$/i, ""), path, source: await openTiff(path) });
  }
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

/** The file beside the crops that says how they were made. */
const MANIFEST_NAME = "pila-prep.json";

/** One source as it was when its crop was made. */
interface PreparedSource {
  readonly date: string;
  /** The file of pixels. */
  readonly path: string;
  readonly bytes: number;
  /** Modification time, milliseconds since 1970. */
  readonly modified: number;
}

/** How the crops of a folder were made. */
export interface PrepManifest {
  readonly schema: 1;
  /** rows,cols,row0,col0 in looked pixels. */
  readonly crop: string;
  /** azimuth x range, as `4x4`. */
  readonly looks: string;
  readonly nodata: string;
  readonly sources: readonly PreparedSource[];
}

/** The sources of crops as they are now. */
export function describeSources(scenes: readonly Scene[]): readonly PreparedSource[] {
  return scenes.map(({ date, source }) => describeSource(date, resolve(source.path)));
}

function describeSource(date: string, path: string): PreparedSource {
  const { size, mtimeMs } = statSync(path);
  return { date, path, bytes: size, modified: Math.round(mtimeMs) };
}

/** The manifest of a folder of crops; null where there is none. @throws FormatError it is damaged */
export function readManifest(folder: string): PrepManifest | null {
  const path = join(folder, MANIFEST_NAME);
  if (!existsSync(path)) return null;
  let cause: unknown;
  try {
    const manifest = JSON.parse(readFileSync(path, "utf8")) as PrepManifest | null;
    if (manifest?.schema === 1 && Array.isArray(manifest.sources)) return manifest;
  } catch (error) {
    cause = error;
  }
  throw new FormatError(
    `${path}: found a damaged description of the crops, expected what pila prep wrote; prepare them again with --overwrite`,
    { path, cause },
  );
}

/** Puts a manifest beside its crops. */
export function writeManifest(folder: string, manifest: PrepManifest): void {
  writeWholeFile(join(folder, MANIFEST_NAME), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** @throws FormatError the folder holds crops that were not made with the parameters of `manifest` */
export function requireSameParameters(folder: string, manifest: PrepManifest): void {
  if (!existsSync(folder)) return;
  const before = readManifest(folder);
  const describe = ({ crop, looks, nodata }: PrepManifest): string =>
    `crop ${crop}, looks ${looks}, nodata ${nodata}`;
  if (before !== null && describe(before) === describe(manifest)) return;
  const crops = listFolder(folder).filter((name) => name.endsWith(CROP_SUFFIX));
  if (crops.length === 0) return;
  const found =
    before === null ? `${crops.length} crops of unknown making` : `crops made with ${describe(before)}`;
  throw new FormatError(
    `${folder}: found ${found}, expected ${describe(manifest)}; use another folder, or --overwrite to replace them`,
    { path: folder },
  );
}

/** Removes the manifest and the crops that are not among `files`, before new crops take their places. */
export function replacePrepared(folder: string, files: readonly string[]): void {
  let before: PrepManifest | null = null;
  try {
    before = readManifest(folder);
  } catch (error) {
    // A damaged manifest names no crops.
    if (!(error instanceof FormatError)) throw error;
  }
  rmSync(join(folder, MANIFEST_NAME), { force: true });
  const kept = new Set(files.map((path) => basename(path)));
  for (const { date } of before?.sources ?? []) {
    const name = `${date}${CROP_SUFFIX}`;
    if (!kept.has(name)) rmSync(join(folder, name), { force: true });
  }
}

/** Dates whose source changed or vanished since their crop was made, and crops that are missing, in sentences. */
export function findStaleDates(folder: string): readonly string[] {
  const manifest = readManifest(folder);
  if (manifest === null) return [];
  return manifest.sources.flatMap(({ date, path, bytes, modified }) => {
    if (!existsSync(join(folder, `${date}${CROP_SUFFIX}`))) return [`${date}: its crop is missing`];
    if (!existsSync(path)) return [`${date}: its source ${path} is gone`];
    const now = describeSource(date, path);
    return now.bytes === bytes && now.modified === modified
      ? []
      : [`${date}: its source ${path} changed after the crop was made`];
  });
}

/** The names in a folder, sorted. @throws FormatError it cannot be listed */
export function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    throw new FormatError(`${folder}: found no readable folder, expected one; check the path`, {
      path: folder,
      cause,
    });
  }
}
