import { sep } from "node:path";
import type { PilaError } from "../core/errors";
import {
  arrangeFindings,
  type Finding,
  type FindingKind,
  type FindingNumbers,
  finding,
} from "../core/findings";
import { groupBy } from "../core/groups";
import { formatShape, type Looks, type Shape } from "../core/raster";
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
  /** Real path of the file of pixels. */
  readonly dataPath: string | null;
  readonly bigEndian: boolean;
  readonly digest: SampleDigest | null;
}

export interface StackFacts {
  readonly folder: string;
  readonly scenes: readonly SceneFacts[];
  /** What opening the images found. */
  readonly findings: readonly Finding[];
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
  const shapes = groupBy(
    scenes.filter(({ shape }) => shape !== null),
    ({ shape }) => formatShape(shape!),
  );
  const [common = []] = [...shapes.values()].sort((a, b) => b.length - a.length);
  const values = scenes.map(judgeValues);
  const spoiled = new Set(scenes.filter((_, i) => values[i]!.some(({ kind }) => SPOILING.has(kind))));
  const comparable = common.filter(
    (scene): scene is Comparable => scene.digest !== null && !spoiled.has(scene),
  );
  const together = judgeTogether(comparable, looks);
  const decibels = new Set(together.flatMap(({ kind, path }) => (kind === "decibels" ? path : [])));
  return arrangeFindings([
    ...scenes.flatMap(tellProblem),
    ...stack.findings,
    ...values.flat().filter(({ kind, path }) => kind !== "negative" || !decibels.has(path)),
    ...judgeTwins(scenes),
    ...together,
    ...judgeStack(stack),
  ]);
}

/** The parts of a message, `FILE: found …, expected …; next step`. */
const MESSAGE = /found (.*?), expected (.*?); (.*)$/s;

/** What the error of a date says, as a finding. */
function tellProblem({ date, path, problem }: SceneFacts): Finding[] {
  if (problem === null) return [];
  const { kind, name, message } = problem;
  const where = problem.path ?? path;
  const [, found, expected, nextStep] = MESSAGE.exec(message) ?? [];
  const plain = finding(kind, where, [date], found ?? message, { error: name }, expected);
  return [nextStep === undefined ? plain : { ...plain, nextStep }];
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

/** Dates that are one image: the same pixels of one file, or the same values in another. */
function judgeTwins(scenes: readonly SceneFacts[]): Finding[] {
  const contents = groupBy(scenes, ({ digest, shape }) =>
    digest === null || shape === null || digest.zeroShare + digest.nanShare >= NEARLY_ALL
      ? null
      : `${formatShape(shape)} ${digest.sha256}`,
  );
  return [...contents].flatMap(([content, same]) => {
    if (content === null || same.length < 2) return [];
    const dates = same.map(({ date }) => date);
    const files = new Set(same.map(({ dataPath }) => dataPath));
    const what = files.size === 1 ? "one file of pixels under" : "the same values in the sampled rows of";
    const numbers = { images: same.length, files: files.size };
    return [finding("sameImage", same[0]!.path, dates, `${what} ${dates.length} dates`, numbers)];
  });
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
  if (scenes.length === 1)
    notes.push(finding("oneDate", folder, [scenes[0]!.date], "one date", { dates: 1 }));
  if (bytes > memoryBytes) {
    const [images, memory] = [bytes, memoryBytes].map((size) => `${(size / 1e9).toFixed(1)} GB`);
    const found = `${images} of pixels on a machine with ${memory} of memory`;
    notes.push(finding("memory", folder, [], found, { bytes, memoryBytes }));
  }
  return notes;
}
