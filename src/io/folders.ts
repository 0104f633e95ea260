// Folders as people have them: SLC dates and intensity crops.
import { statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fault, PilaError, ShapeError } from "../core/errors";
import { arrangeFindings, type Finding } from "../core/findings";
import { groupBy } from "../core/groups";
import { formatShape, type Scene, type Stack } from "../core/raster";
import type { SlcChoice } from "./choose";
import type { IntensityBand } from "./formats/intensity";
import { CROP_SUFFIX } from "./manifest";
import { listFolder } from "./names";
import { isProduct } from "./products";
import type { FoundImage } from "./search";
import { describeTiff } from "./tiff";

/** One date of a folder as it was found: a scene, or what is wrong with it. */
export interface FoundScene {
  readonly date: string;
  readonly path: string;
  /** Title of its format; null where that was not told. */
  readonly format: string | null;
  /** Also of a shape that is not that of the others. */
  readonly scene: Scene | null;
  readonly problem: PilaError | null;
  /** What is worth knowing of it; a finding of several dates stands at the first of them. */
  readonly findings: readonly Finding[];
}

/**
 * Every date of a folder, of the tree below it, or of a file with several, in name order; descriptions of the same pixels
 * are one, read by the preferred format. A date that cannot be read, or whose shape is not that of most dates, carries
 * its problem.
 * @throws FormatError there is no such folder, no image in it, or several of a date that `choice` does not tell apart
 */
export function findScenes(folder: string, choice: SlcChoice = {}): readonly FoundScene[] {
  // Loaded here: who opens crops has no use for the formats of SLC.
  const { findImages } = require("./choose") as typeof import("./choose");
  const { images, findings } = findImages(folder, choice);
  const scenes = checkShapes(folder, images.map(toScene), COREGISTER);
  const placeOf = (finding: Finding): number =>
    Math.max(
      0,
      scenes.findIndex(({ date }) => finding.dates.includes(date)),
    );
  return scenes.map((scene, i) => ({
    ...scene,
    findings: [...scene.findings, ...findings.filter((finding) => placeOf(finding) === i)],
  }));
}

/**
 * The coregistered SLC images of a folder, of the tree below it, or of a file with several.
 * @param folder a folder, a tree, or a file with an image a date, of any format that pila reads
 * @param choice which image of a date is wanted, where there are several
 * @returns the scenes by date, and their common shape, azimuth x range
 * @throws FormatError a date cannot be read, or several images of a date are not told apart by `choice`
 * @throws ShapeError a date has another shape than the others
 */
export function openSlcStack(folder: string, choice: SlcChoice = {}): Stack {
  return toStack(folder, findScenes(folder, choice));
}

/** The stack of dates that were all found sound. @throws the problem of the first that was not */
function toStack(folder: string, found: readonly FoundScene[]): Stack {
  const wrong = found.find(({ problem }) => problem !== null);
  if (wrong?.problem) throw wrong.problem;
  const scenes = found.flatMap(({ scene }) => scene ?? []);
  const kinds = new Set(scenes.map(({ source }) => source.kind));
  const kind = kinds.size === 1 ? scenes[0]!.source.kind : "complex64";
  const findings = arrangeFindings(found.flatMap((entry) => entry.findings));
  return { folder, kind, shape: scenes[0]!.source.shape, scenes, findings };
}

function toScene(found: FoundImage): FoundScene {
  const { label: date, path, image, problem } = found;
  const format = found.format?.title ?? null;
  if (image === null) return { date, path, format, scene: null, problem, findings: [] };
  const findings = image.findings.map((finding) => ({ ...finding, dates: [date] }));
  return { date, path, format, scene: { date, path, source: image.source }, problem: null, findings };
}

/** What is to be done about one date of another shape, and where no shape is that of most. */
type ShapeAdvice = readonly [one: string, all: string];
const COREGISTER: ShapeAdvice = [
  "coregister it or leave it out",
  "they are not coregistered, so coregister them first",
];
const PREPARE_ALIKE: ShapeAdvice = [
  "prepare all dates with the same crop and looks",
  "prepare them with the same crop and looks",
];

/** Dates of another shape than more than half of them carry the problem; all do where no shape is that of so many. */
function checkShapes(
  folder: string,
  found: readonly FoundScene[],
  [one, all]: ShapeAdvice,
): readonly FoundScene[] {
  const scenes = found.flatMap(({ scene }) => (scene === null ? [] : [scene]));
  const shapes = groupBy(scenes, ({ source }) => formatShape(source.shape));
  if (shapes.size < 2) return found;
  const counts = [...shapes].map(([shape, { length }]) => ({ shape, dates: length }));
  counts.sort((a, b) => b.dates - a.dates);
  const [most] = counts;
  const hasMajority = most!.dates > scenes.length / 2;
  const listed = counts.map(({ shape, dates }) => `${dates} of ${shape}`).join(", ");
  return found.map((entry) => {
    if (entry.scene === null) return entry;
    const shape = formatShape(entry.scene.source.shape);
    if (hasMajority && shape === most!.shape) return entry;
    const problem = hasMajority
      ? new ShapeError(
          `${entry.path}: found ${shape}, expected ${most!.shape} as the other dates (${listed}); ${one}`,
          { path: entry.path, kind: "shape" },
        )
      : new ShapeError(
          `${folder}: found ${scenes.length} dates of ${shapes.size} sizes (${listed}), expected one size; none has a majority: ${all}`,
          { path: folder, kind: "shape" },
        );
    return { ...entry, problem };
  });
}

/** Which images of a folder of intensities are meant, where files have several bands. */
type IntensityChoice = Pick<SlcChoice, "polarisation" | "band">;

/**
 * The intensity images of a folder, in name order: `*_int_crop.tif` if there are any, else every `*.tif`, else VRTs and
 * ENVI images of real values; or the bands of one file, a date each.
 * @param folder one image a date, or a file with a band a date
 * @param outputs files about to be written: where an earlier run of pila wrote them beside images that are no crops,
 *   they are left out, so that results among the inputs are no inputs
 * @param choice which band is wanted, where there are several
 * @returns the scenes, and their common shape, azimuth x range
 * @throws FormatError no image, one that cannot be read, or several bands that `choice` does not tell apart
 * @throws ShapeError images of different shapes
 */
export async function openIntensityStack(
  folder: string,
  outputs: readonly string[] = [],
  choice: IntensityChoice = {},
): Promise<Stack> {
  return toStack(folder, await findIntensities(folder, outputs, choice));
}

/**
 * Every date of `openIntensityStack`; one that cannot be read, or whose shape is not that of most dates, carries its
 * problem.
 * @throws FormatError there is no image
 */
export async function findIntensities(
  folder: string,
  outputs: readonly string[],
  choice: IntensityChoice = {},
): Promise<readonly FoundScene[]> {
  const isFile = statSync(folder, { throwIfNoEntry: false })?.isFile() === true;
  const found: FoundScene[] = [];
  for (const path of isFile ? [folder] : listImages(folder, outputs)) {
    const name = basename(path).replace(/(_int_crop)?\.(tiff?|vrt|hdr)$/i, "");
    try {
      for (const { date, source, findings } of await openBands(path, choice, isFile)) {
        const scene = { date: date ?? name, path, source };
        const dated = findings.map((finding) => ({ ...finding, dates: [scene.date] }));
        found.push({ date: scene.date, path, format: null, scene, problem: null, findings: dated });
      }
    } catch (error) {
      if (!(error instanceof PilaError)) throw error;
      found.push({ date: name, path, format: null, scene: null, problem: error, findings: [] });
    }
  }
  return checkShapes(folder, found, PREPARE_ALIKE);
}

/** The images of a folder of intensities, in name order. @throws FormatError there is none */
function listImages(folder: string, outputs: readonly string[]): readonly string[] {
  const names = listFolder(folder).filter((name) => !name.startsWith("."));
  const own = new Set(outputs.map((path) => resolve(path)));
  const isOwn = (name: string): boolean => own.has(resolve(folder, name)) && isProduct(join(folder, name));
  const kinds = [
    (name: string) => name.endsWith(CROP_SUFFIX),
    (name: string) => /\.tiff?$/i.test(name) && !isOwn(name),
    (name: string) => /\.(vrt|hdr)$/i.test(name),
  ];
  for (const isOfKind of kinds) {
    const images = names.filter(isOfKind);
    if (images.length > 0) return images.map((name) => join(folder, name));
  }
  throw fault(
    folder,
    `found no *${CROP_SUFFIX}, no *.tif and no VRT or ENVI image, expected one intensity image a date; make them with \`pila prep SLC_DIR ${folder}\``,
  );
}

/** The band of an image that is meant; of a file named by itself, all of them where each has its date. */
async function openBands(
  path: string,
  { band = null, polarisation = null }: IntensityChoice,
  isAlone: boolean,
): Promise<readonly Omit<IntensityBand, "band">[]> {
  // Crops, thousands at times, need no more than their header.
  const plain = band === null && polarisation === null && /\.tiff?$/i.test(path) ? describeTiff(path) : null;
  if (plain !== null) return [{ source: plain, label: null, date: null, polarisation: null, findings: [] }];
  const { describeIntensities, severalBands } =
    require("./formats/intensity") as typeof import("./formats/intensity");
  const all = await describeIntensities(path, band);
  const wanted = polarisation?.toUpperCase();
  const bands = wanted === undefined ? all : all.filter((each) => each.polarisation === wanted);
  if (bands.length === 0) {
    const told = [...new Set(all.map((each) => each.polarisation ?? "none that is told"))].join(", ");
    throw fault(path, `found polarisation ${told}, expected ${wanted}; choose one that is there`);
  }
  const dates = new Set(bands.map(({ date }) => date));
  if (bands.length === 1) return [{ ...bands[0]!, date: null }];
  if (isAlone && dates.size === bands.length && !dates.has(null)) return bands;
  throw severalBands(path, bands);
}
