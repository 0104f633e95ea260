import { dirname, sep } from "node:path";
import type { PilaError } from "../core/errors";
import { formatShape, type Looks, type Shape } from "../core/raster";
import { groupBy } from "../evidence/numbers";
import { arrangeFindings, type Finding, type FindingKind, type FindingNumbers, finding } from "./findings";
import { findOtherLevel, findOtherScales } from "./levels";
import type { SampleDigest } from "./samples";
import { findShifts } from "./shift";

/** One date of a stack as it was found; what could not be learned is null. */
export interface SceneFacts {
  readonly date: string;
  /** The file that was named. */
  readonly path: string;
  readonly problem: PilaError | null;
  readonly shape: Shape | null;
  /** Real paths of the description and of the file of pixels, and the byte of its first pixel. */
  readonly descriptionPath: string | null;
  readonly dataPath: string | null;
  readonly dataOffset: number;
  readonly bigEndian: boolean;
  /** Only of files that hold nothing but the pixels of one image. */
  readonly raw: RawSize | null;
  readonly digest: SampleDigest | null;
}

/** Bytes of a raw file: as described, and as it is. */
export interface RawSize {
  readonly pixelBytes: number;
  readonly rowBytes: number;
  readonly expectedBytes: number;
  readonly fileBytes: number;
}

export interface StackFacts {
  readonly folder: string;
  readonly scenes: readonly SceneFacts[];
  /** Looks that crops say they have; null where nobody says. */
  readonly looks: Looks | null;
  /** Of the pixels of all dates, and of the memory of the machine. */
  readonly bytes: number;
  readonly memoryBytes: number;
}

/** A date whose values are compared with those of others. */
type Comparable = SceneFacts & { readonly digest: SampleDigest };

/** After these the values of a date are no measure for others, nor others for it. */
const SPOILING: ReadonlySet<FindingKind> = new Set<FindingKind>([
  "byteOrder",
  "notComplex",
  "decibels",
  "empty",
  "underflow",
  "overflow",
  "implausiblePower",
]);

/**
 * What is wrong with a stack or worth knowing of it, the gravest first; nothing of a sound one. A wrong byte order explains
 * all that the values of its date say; dates with values of another kind or of another shape are compared with none.
 */
export function findFaults(stack: StackFacts): Finding[] {
  const { scenes, looks } = stack;
  const shapes = [...groupBy(scenes, ({ shape }) => (shape === null ? null : formatShape(shape)))]
    .filter(([shape]) => shape !== null)
    .map(([shape, dates]) => ({ shape: shape!, dates }))
    .sort((a, b) => b.dates.length - a.dates.length);
  const values = scenes.map(judgeValues);
  const spoiled = new Set(scenes.filter((_, i) => values[i]!.some(({ kind }) => SPOILING.has(kind))));
  const comparable = (shapes[0]?.dates ?? []).filter(
    (scene): scene is Comparable => scene.digest !== null && !spoiled.has(scene),
  );
  const together = judgeTogether(comparable, looks);
  const decibels = new Set(together.flatMap(({ kind, path }) => (kind === "decibels" ? path : [])));
  return arrangeFindings([
    ...scenes.flatMap(judgeFile),
    ...judgeShapes(stack.folder, shapes),
    ...values.flat().filter(({ kind, path }) => kind !== "negative" || !decibels.has(path)),
    ...judgeTwins(scenes),
    ...together,
    ...judgeStack(stack),
  ]);
}

/** What the sizes say: a date that cannot be read, a short file, a long one. */
function judgeFile({ date, path, problem, raw, shape }: SceneFacts): Finding[] {
  if (raw !== null && shape !== null && raw.fileBytes !== raw.expectedBytes) {
    return [judgeSize(path, date, raw, shape)];
  }
  if (problem === null) return [];
  const prefix = `${path}: found `;
  const found = problem.message.startsWith(prefix) ? problem.message.slice(prefix.length) : problem.message;
  return [finding("unreadable", path, [date], found, { error: problem.name })];
}

function judgeSize(path: string, date: string, raw: RawSize, shape: Shape): Finding {
  const { fileBytes, expectedBytes, rowBytes } = raw;
  const surplusLines = (fileBytes - expectedBytes) / rowBytes;
  const bytes = { fileBytes, expectedBytes, surplusLines };
  const expected = `${expectedBytes} for ${formatShape(shape)}`;
  if (surplusLines < 0) {
    const missing = Math.min(shape.azimuth, Math.ceil(-surplusLines));
    const found = `${fileBytes} bytes, the last ${countLines(missing)} missing`;
    return finding("truncated", path, [date], found, { ...bytes, missingLines: missing }, expected);
  }
  if (Number.isInteger(surplusLines)) {
    const found = `${fileBytes} bytes, ${countLines(surplusLines)} more than described`;
    return finding("surplus", path, [date], found, bytes, expected);
  }
  const pixels = shape.azimuth * shape.range + (fileBytes - expectedBytes) / raw.pixelBytes;
  const widths = fittingWidths(pixels, shape);
  const fitting = widths.map((width) => `${pixels / width} x ${width}`).join(" or ");
  const found = `${fileBytes} bytes, no whole number of lines${fitting === "" ? "" : ` (${fitting} would fit)`}`;
  return finding("sheared", path, [date], found, { ...bytes, fittingWidths: widths.join(" ") }, expected);
}

function countLines(lines: number): string {
  return `${lines} line${lines === 1 ? "" : "s"}`;
}

/** How far from the described width others are tried. */
const NEARBY_WIDTHS = 64;

/** Widths that part a file into whole lines: first that of as many lines as described, then the nearest; three at most. */
function fittingWidths(pixels: number, { azimuth, range }: Shape): number[] {
  const widths = new Set([pixels / azimuth]);
  for (let away = 1; away <= NEARBY_WIDTHS; away++) widths.add(range + away).add(range - away);
  const fits = (width: number): boolean => width > 0 && Number.isInteger(width) && pixels % width === 0;
  return [...widths].filter(fits).slice(0, 3);
}

/** @param shapes the most common first */
function judgeShapes(
  folder: string,
  shapes: readonly { readonly shape: string; readonly dates: readonly SceneFacts[] }[],
): Finding[] {
  const [first, second] = shapes;
  if (first === undefined || second === undefined) return [];
  const all = shapes.reduce((sum, { dates }) => sum + dates.length, 0);
  if (first.dates.length === second.dates.length) {
    const counts = shapes.map(({ shape, dates }) => [shape, dates.length] as const);
    const found = counts.map(([shape, dates]) => `${shape} in ${dates} of ${all} dates`).join(", ");
    const dates = shapes.flatMap((group) => group.dates.map(({ date }) => date));
    return [finding("shape", folder, dates, found, Object.fromEntries(counts))];
  }
  return shapes.slice(1).flatMap(({ shape, dates }) =>
    dates.map(({ path, date, shape: own }) => {
      const expected = `${first.shape} as in ${first.dates.length}`;
      return finding(
        "shape",
        path,
        [date],
        `${shape} in ${dates.length} of ${all} dates`,
        { ...own! },
        expected,
      );
    }),
  );
}

const NEARLY_ALL = 0.99;
/** From this share on samples are no stray ones. */
const NOT_STRAY = 0.01;
/** Mean power of any calibration, or of none, lies between [dB]. */
const POWER = { low: -100, high: 150 } as const;

/** What the samples of one date say by themselves. */
function judgeValues({ date, path, digest, bigEndian }: SceneFacts): Finding[] {
  if (digest === null) return [];
  const { kind, rows, zeroShare, nanShare, infiniteShare, negativeShare, realShare, meanDecibels } = digest;
  const { underflowShare, overflowShare } = digest;
  const findings: Finding[] = [];
  const add = (kind: FindingKind, found: string, numbers: FindingNumbers): void => {
    findings.push(finding(kind, path, [date], found, numbers));
  };
  const share = (part: number, what: string): string =>
    `${(100 * part).toPrecision(part >= 0.1 ? 3 : 2)} % of the samples in ${rows} rows ${what}`;
  if (digest.plausible.swapped && !digest.plausible.asRead) {
    const [declared, plausible] = bigEndian ? ["big", "little"] : ["little", "big"];
    const found = `values of all magnitudes when read as ${declared} endian, and of about one as ${plausible} endian`;
    add("byteOrder", found, { declared: `${declared} endian`, plausible: `${plausible} endian` });
    return findings;
  }
  if (zeroShare + nanShare >= NEARLY_ALL) {
    add("empty", share(zeroShare + nanShare, "without data"), { zeroShare, nanShare });
    return findings;
  }
  if (infiniteShare > 0) add("infinite", share(infiniteShare, "infinite"), { infiniteShare });
  if (kind === "complex" && nanShare > 0) add("nan", share(nanShare, "NaN"), { nanShare });
  if (underflowShare >= NOT_STRAY) {
    add("underflow", share(underflowShare, "of a power below 1.2e-38"), { underflowShare });
  } else if (overflowShare > 0) {
    add("overflow", share(overflowShare, "of a power above 3.4e38"), { overflowShare });
  } else if (meanDecibels !== null && (meanDecibels < POWER.low || meanDecibels > POWER.high)) {
    add("implausiblePower", `a mean power of ${meanDecibels.toFixed(1)} dB`, { meanDecibels });
  }
  if (kind === "complex" && realShare >= NEARLY_ALL) {
    const isSigned = negativeShare > NOT_STRAY && negativeShare < 1 - NOT_STRAY;
    const instead = isSigned ? "the real part alone or dB" : "an amplitude, a power or dB";
    add("notComplex", `${share(realShare, "without an imaginary part")}, as of ${instead}`, {
      realShare,
      negativeShare,
    });
  }
  if (kind === "intensity" && negativeShare > 0) {
    const isDecibels = negativeShare > NOT_STRAY;
    add(
      isDecibels ? "decibels" : "negative",
      share(negativeShare, `below 0${isDecibels ? ", as in dB" : ""}`),
      {
        negativeShare,
      },
    );
  }
  return findings;
}

/** Dates that are one image, by their file or by their content, and several images of one day. */
function judgeTwins(scenes: readonly SceneFacts[]): Finding[] {
  const told = new Set<string>();
  const twins = (kind: FindingKind, what: string, keyOf: (scene: SceneFacts) => string | null): Finding[] =>
    [...groupBy(scenes, keyOf)].flatMap(([key, same]) => {
      const dates = same.map(({ date }) => date);
      if (key === null || same.length < 2 || told.has(dates.join())) return [];
      told.add(dates.join());
      return [finding(kind, same[0]!.path, dates, `${what} ${dates.join(", ")}`, { images: same.length })];
    });
  return [
    ...twins("sameFile", "one file of pixels under", ({ dataPath, dataOffset }) =>
      dataPath === null ? null : `${dataPath}:${dataOffset}`,
    ),
    ...twins("sameContent", "the same values in all sampled rows of", ({ digest, shape }) =>
      digest === null || shape === null || digest.zeroShare + digest.nanShare >= NEARLY_ALL
        ? null
        : `${formatShape(shape)} ${digest.sha256}`,
    ),
    ...twins(
      "severalImages",
      "several images of one day:",
      ({ date }) => /(?:19|20)\d{6}/.exec(date)?.[0] ?? null,
    ),
  ];
}

/** What dates say beside each other: scale, level, place on the grid, and their speckle beside the looks they claim. */
function judgeTogether(scenes: readonly Comparable[], looks: Looks | null): Finding[] {
  const others = findOtherScales(scenes.map(({ digest }) => digest));
  const scales = others.map(({ scene, scale, difference, enl, enlOfOthers }) => {
    const { path, date } = scenes[scene]!;
    const name = scale === "decibels" ? "dB" : "amplitudes";
    const found = `values at the level and with the speckle of ${name} (ENL ${enl.toPrecision(2)}) beside dates of power (ENL ${enlOfOthers.toPrecision(2)})`;
    return finding(scale, path, [date], found, { difference, enl, enlOfOthers });
  });
  const alike = scenes.filter((_, i) => !others.some(({ scene }) => scene === i));
  const speckle = looks === null ? [] : alike.flatMap((scene) => judgeSpeckle(scene, looks));
  return [...scales, ...judgeLevels(alike), ...judgeShifts(alike), ...speckle];
}

function judgeLevels(scenes: readonly Comparable[]): Finding[] {
  const level = findOtherLevel(scenes.map(({ digest }) => digest));
  if (level === null) return [];
  const { spread, against } = level;
  return level.scenes.map((index, i) => {
    const difference = level.differences[i]!;
    const { path, date } = scenes[index]!;
    const side = difference < 0 ? "below" : "above";
    const others = against.length === 1 ? scenes[against[0]!]!.date : "all others";
    const found = `a power ${Math.abs(difference).toFixed(1)} dB ${side} that of ${others}, nearly everywhere`;
    return finding("level", path, [date], found, { difference, spreadOfOthers: spread });
  });
}

function judgeShifts(scenes: readonly Comparable[]): Finding[] {
  if (scenes.length < 2) return [];
  return findShifts(scenes.map(({ digest }) => digest.blocks)).map(({ scene, against, ...shift }) => {
    const { lines, samples, correlationAtZero, correlationAtShift } = shift;
    const { path, date } = scenes[scene]!;
    // Nobody knows which of two is shifted.
    const partner = against.length === 1 ? [scenes[against[0]!]!.date] : [];
    const found = `a shift of ${lines} lines and ${samples} samples against ${partner[0] ?? "the others"}, where intensities correlate by ${correlationAtShift.toFixed(2)} instead of ${correlationAtZero.toFixed(2)}`;
    return finding("shift", path, [date, ...partner], found, { ...shift });
  });
}

/** Speckle is told for certain by so many windows, half of which or more are homogeneous. */
const SURE_SPECKLE = { windows: 100, homogeneous: 0.5 } as const;
/** ENL of single looks; of crops of at least four looks it is a fault. */
const SINGLE_LOOK = { low: 0.8, high: 1.25, fewestLooks: 4 } as const;
/** An amplitude has 3.7 to 4 times the ENL of its power. */
const TOO_SMOOTH = 2.5;

function judgeSpeckle({ path, date, digest }: Comparable, looks: Looks): Finding[] {
  if (digest.enl === null || digest.kind === "complex") return [];
  const { enl, windows, homogeneous } = digest.enl;
  if (windows < SURE_SPECKLE.windows || homogeneous < SURE_SPECKLE.homogeneous * windows) return [];
  const claimed = looks.azimuth * looks.range;
  const found = `ENL ${enl.toPrecision(2)} with ${formatShape(looks)} looks`;
  const isSingle = enl >= SINGLE_LOOK.low && enl <= SINGLE_LOOK.high;
  if (isSingle && claimed >= SINGLE_LOOK.fewestLooks) {
    return [finding("coherentLooks", path, [date], found, { enl, looks: claimed })];
  }
  return enl > TOO_SMOOTH * claimed
    ? [finding("tooSmooth", path, [date], found, { enl, looks: claimed })]
    : [];
}

/** What is worth knowing of the whole. */
function judgeStack({ folder, scenes, bytes, memoryBytes }: StackFacts): Finding[] {
  const notes: Finding[] = [];
  const readable = scenes.filter(({ dataPath }) => dataPath !== null);
  if (readable.length > 0 && readable.every(({ dataPath }) => dataPath!.split(sep).includes("coregSLC"))) {
    const found =
      "secondaries after coarse coregistration, as coregSLC/Coarse of ISCE2's stripmapStack holds them";
    notes.push(finding("referenceMissing", folder, [], found, { dates: readable.length }));
  }
  const outside = readable.filter(
    ({ descriptionPath, dataPath }) =>
      descriptionPath !== null && !dataPath!.startsWith(dirname(descriptionPath) + sep),
  );
  if (outside.length > 0) {
    const [{ date, dataPath }] = outside as [SceneFacts];
    const found = `pixels outside the folder of their description, as ${dataPath} of ${date}`;
    const dates = outside.map((scene) => scene.date);
    notes.push(finding("outside", folder, dates, found, { dates: dates.length }));
  }
  if (scenes.length === 1)
    notes.push(finding("oneDate", folder, [scenes[0]!.date], "one date", { dates: 1 }));
  if (bytes > memoryBytes) {
    const [images, memory] = [bytes, memoryBytes].map((size) => `${(size / 1e9).toFixed(1)} GB`);
    const found = `${images} of pixels on a machine with ${memory} of memory`;
    notes.push(finding("memory", folder, [], found, { bytes, memoryBytes }));
  }
  return notes;
}
