// Crops as pila prep leaves them: their names, and the manifest beside them that says how they were made.
import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { FormatError, fault } from "../core/errors";
import { filesOf, type Scene } from "../core/raster";
import { readBounded } from "./inputFile";
import { listFolder } from "./names";
import { OutputFile, placeTogether, writeWholeFile } from "./outputFile";

/** What the crops of a folder are called. */
export const CROP_SUFFIX = "_int_crop.tif";

/** The file beside the crops that says how they were made. */
const MANIFEST_NAME = "pila-prep.json";
/** Of tens of thousands of dates. */
const LARGEST_MANIFEST_BYTES = 1 << 24;

/** One source as it was when its crop was made. */
interface PreparedSource {
  readonly date: string;
  /** A file of pixels; a date may have several. */
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
  /** Set where the crops are those of a simulated stack and no SLC was written for them. */
  readonly simulated?: true;
}

/** The files of pixels that crops are made of, as they are now; of a mosaic its description too. */
export function describeSources(scenes: readonly Scene[]): readonly PreparedSource[] {
  return scenes.flatMap(({ date, source }) => {
    const files = new Set([source.path, ...filesOf(source)]);
    return [...files].map((path) => describeSource(date, resolve(path)));
  });
}

function describeSource(date: string, path: string): PreparedSource {
  const { size, mtimeMs } = statSync(path);
  return { date, path, bytes: size, modified: Math.round(mtimeMs) };
}

/** The manifest of a folder of crops; null where there is none. @throws FormatError it is damaged */
export function readManifest(folder: string): PrepManifest | null {
  const path = join(folder, MANIFEST_NAME);
  if (!existsSync(path)) return null;
  const damaged = (found: string, cause?: unknown): FormatError =>
    fault(path, `found ${found}, expected what pila prep wrote; prepare them again with --overwrite`, {
      cause,
    });
  const bytes = readBounded(path, LARGEST_MANIFEST_BYTES, damaged);
  let cause: unknown;
  try {
    const manifest: unknown = JSON.parse(bytes.toString("utf8"));
    if (isManifest(manifest)) return manifest;
  } catch (error) {
    cause = error;
  }
  throw damaged("a damaged description of the crops", cause);
}

/** Its texts reach records and pages, its dates name files beside it. */
function isManifest(value: unknown): value is PrepManifest {
  const { schema, crop, looks, nodata, sources } = (value ?? {}) as Partial<PrepManifest>;
  const isSource = (source: Partial<PreparedSource> | null): boolean =>
    /^[^/\0]+$/.test(textOf(source?.date)) &&
    textOf(source?.path) !== "" &&
    Number.isFinite(source?.bytes) &&
    Number.isFinite(source?.modified);
  return (
    schema === 1 &&
    /^\d+(,\d+){3}$/.test(textOf(crop)) &&
    /^\d+x\d+$/.test(textOf(looks)) &&
    /^(zero|none)$/.test(textOf(nodata)) &&
    Array.isArray(sources) &&
    sources.every(isSource)
  );
}

/** Nothing for what is no text. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
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
  throw fault(
    folder,
    `found ${found}, expected ${describe(manifest)}; use another folder, or --overwrite to replace them`,
  );
}

/**
 * Puts crops and their manifest in the places of older ones, together; crops of dates that are no longer there go.
 * Between the old and the new there is no manifest: an interrupted change is not taken for either.
 */
export async function placePrepared(
  folder: string,
  crops: readonly OutputFile[],
  manifest: PrepManifest,
): Promise<void> {
  let before: PrepManifest | null = null;
  try {
    before = readManifest(folder);
  } catch (error) {
    // A damaged manifest names no crops.
    if (!(error instanceof FormatError)) throw error;
  }
  const kept = new Set(crops.map(({ path }) => basename(path)));
  const names = (before?.sources ?? []).map(({ date }) => `${date}${CROP_SUFFIX}`);
  const gone = [MANIFEST_NAME, ...new Set(names.filter((name) => !kept.has(name)))];
  const description = new OutputFile(join(folder, MANIFEST_NAME));
  try {
    description.write(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), 0);
    await description.flush();
    await placeTogether(
      [...crops, description],
      gone.map((name) => join(folder, name)),
    );
  } finally {
    description.discard();
  }
}

/** Dates whose source changed or vanished since their crop was made, and crops that are missing, in sentences. */
export function findStaleDates(folder: string): readonly string[] {
  const manifest = readManifest(folder);
  if (manifest === null) return [];
  const stale = manifest.sources.flatMap(({ date, path, bytes, modified }) => {
    if (!existsSync(join(folder, `${date}${CROP_SUFFIX}`))) return [`${date}: its crop is missing`];
    if (!existsSync(path)) return [`${date}: its source ${path} is gone`];
    const now = describeSource(date, path);
    return now.bytes === bytes && now.modified === modified
      ? []
      : [`${date}: its source ${path} changed after the crop was made`];
  });
  // A date of several files lacks one crop.
  return [...new Set(stale)];
}
