import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { FormatError } from "../core/errors";
import type { Scene } from "../core/stack";
import { CROP_SUFFIX } from "./intensityFolder";
import { listFolder } from "./listFolder";
import { writeWholeFile } from "./outputFile";

/** The file beside the crops that says how they were made. */
export const MANIFEST_NAME = "pila-prep.json";

/** One source as it was when its crop was made. */
export interface PreparedSource {
  readonly date: string;
  /** The file of pixels. */
  readonly path: string;
  readonly bytes: number;
  /** Modification time, milliseconds since 1970. */
  readonly modified: number;
}

export interface PrepManifest {
  readonly schema: 1;
  /** rows,cols,row0,col0 in looked pixels. */
  readonly crop: string;
  /** azimuth x range, as `4x4`. */
  readonly looks: string;
  readonly nodata: string;
  readonly sources: readonly PreparedSource[];
}

export function describeSources(scenes: readonly Scene[]): readonly PreparedSource[] {
  return scenes.map(({ date, source }) => {
    const { size, mtimeMs } = statSync(source.path);
    return { date, path: resolve(source.path), bytes: size, modified: Math.round(mtimeMs) };
  });
}

/** The manifest of a folder of crops; null where there is none. @throws FormatError it is damaged */
export function readManifest(folder: string): PrepManifest | null {
  const path = join(folder, MANIFEST_NAME);
  if (!existsSync(path)) return null;
  const damaged = (cause?: unknown): FormatError =>
    new FormatError(
      `${path}: found a damaged description of the crops, expected what pila prep wrote; prepare them again with --overwrite`,
      {
        path,
        cause,
      },
    );
  let manifest: PrepManifest;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8")) as PrepManifest;
  } catch (cause) {
    throw damaged(cause);
  }
  if (manifest?.schema !== 1 || !Array.isArray(manifest.sources)) throw damaged();
  return manifest;
}

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
  const before = readManifestOrNull(folder);
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
    const now = statSync(path);
    const same = now.size === bytes && Math.round(now.mtimeMs) === modified;
    return same ? [] : [`${date}: its source ${path} changed after the crop was made`];
  });
}

function readManifestOrNull(folder: string): PrepManifest | null {
  try {
    return readManifest(folder);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
