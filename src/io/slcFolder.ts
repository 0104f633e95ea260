import { join } from "node:path";
import { FormatError, PilaError, ShapeError } from "../core/errors";
import { formatShape, type Shape, sameShape } from "../core/raster";
import type { Scene, Stack } from "../core/stack";
import { describeSlc } from "./formats/slc";
import { listFolder } from "./listFolder";

/** One date of a folder as it was found: a scene, or what is wrong with it. */
export interface FoundScene {
  readonly date: string;
  readonly path: string;
  readonly scene: Scene | null;
  readonly problem: PilaError | null;
}

const DESCRIPTION = /\.slc\.(vrt|xml)$/i;

/**
 * Every date of a folder, in name order. `X.slc.vrt` and `X.slc.xml` are one date, read from the VRT.
 * A date that cannot be read, or whose shape is not that of most dates, carries its problem.
 * @throws FormatError there is no such folder, or nothing in it is named like an SLC description
 */
export function findScenes(folder: string): readonly FoundScene[] {
  const names = listFolder(folder);
  const chosen = new Map<string, string>();
  for (const name of names.filter((entry) => DESCRIPTION.test(entry))) {
    const date = name.replace(DESCRIPTION, "");
    const before = chosen.get(date);
    if (before === undefined || /\.vrt$/i.test(name)) chosen.set(date, name);
  }
  if (chosen.size === 0) throw noScenes(folder, names);
  const found = [...chosen]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, name]) => readScene(date, join(folder, name)));
  const shape = commonShape(found);
  return found.map((entry) => (shape === null ? entry : checkShape(entry, shape)));
}

/**
 * The coregistered SLC images of a folder.
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
    `${folder}: found ${found}, expected DATE.slc.vrt (or DATE.slc with DATE.slc.xml); other formats are not supported, and a tree of dates needs \`pila link TREE FLAT\` first`,
    { path: folder },
  );
}
