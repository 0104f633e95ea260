import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { linkStack } from "../../data-prep/link";
import { simulateStack } from "../../data-prep/simulate";
import type { Window } from "../../src/core/raster";
import type { IntensityParameters } from "../../src/pipeline/stackRows";
import {
  fillSamples,
  isceXmlOf,
  type RawLayout,
  randomSamples,
  writeRaw,
  writeSlc,
  writeVrt,
} from "../io/slcFile.fixture";

/** A stack of SLC images to test with, and the ways to prepare it. */
export interface TestStack {
  readonly name: string;
  readonly parameters: readonly IntensityParameters[];
  /** Makes it in an empty folder and returns the folder of its descriptions. */
  make(folder: string): string | Promise<string>;
}

const SAMPLE = join(__dirname, "../../../data-prep/sample");
const ODD_SHAPE = { azimuth: 61, range: 83 };
const SIMULATED_SHAPE = { azimuth: 203, range: 157 };

/** Looks and crop as `rows,cols,row0,col0`, as on the command line; zeros are no data unless `none` follows. */
function parametersOf(text: string): IntensityParameters {
  const [looks, crop, nodata] = text.split(" ") as [string, string, string?];
  const [azimuth, range] = looks.split("x").map(Number) as [number, number];
  return {
    looks: { azimuth, range },
    crop: crop === "all" ? null : windowOf(crop),
    nodata: nodata === "none" ? "none" : "zero",
  };
}

function windowOf(text: string): Window {
  const [rows, columns, row, column] = text.split(",").map(Number) as [number, number, number, number];
  return { azimuth: rows, range: columns, azimuthOffset: row, rangeOffset: column };
}

/** Every way the samples of a date may lie in its file and be described. */
const LAYOUTS: readonly RawLayout[] = [
  { bigEndian: true, imageOffset: 100, lineGap: 24 },
  { pixelOffset: 16, lineGap: 5000 },
  { bigEndian: true, pixelOffset: 20, imageOffset: 4 },
  { lineGap: 4096 * 3 },
];

/** Dates of every layout and description, with NaN, infinite, zero and negative zero samples and a zero border. */
function makeOddStack(folder: string): string {
  const slc = join(folder, "slc");
  const elsewhere = join(folder, "elsewhere/deep");
  for (const path of [slc, elsewhere]) mkdirSync(path, { recursive: true });
  const samplesOf = (date: number): Float32Array => {
    const samples = randomSamples(ODD_SHAPE, 100 + date);
    fillSamples(samples, ODD_SHAPE, [0, 61], [0, 5 + 3 * date], 0);
    fillSamples(samples, ODD_SHAPE, [58 - date, 61], [0, 83], -0);
    fillSamples(samples, ODD_SHAPE, [20, 33], [40, 49], 0);
    samples[2 * (9 * 83 + 60 + date)] = Number.NaN;
    samples[2 * (30 * 83 + 70 + date) + 1] =
      date % 2 === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    return samples;
  };
  for (const [i, layout] of LAYOUTS.entries()) writeSlc(slc, `2020010${i}`, ODD_SHAPE, samplesOf(i), layout);
  // ISCE2 XML beside its data; the same under the name of a VRT; a VRT and its data behind a link.
  writeRaw(join(slc, "20200105.slc"), ODD_SHAPE, samplesOf(5), { bigEndian: true });
  writeFileSync(join(slc, "20200105.slc.xml"), isceXmlOf(ODD_SHAPE, true));
  writeRaw(join(slc, "20200106.slc"), ODD_SHAPE, samplesOf(6));
  writeFileSync(join(slc, "20200106.slc.vrt"), isceXmlOf(ODD_SHAPE, false));
  writeRaw(join(elsewhere, "real.slc"), ODD_SHAPE, samplesOf(7), { imageOffset: 8 });
  writeVrt(join(elsewhere, "real.slc.vrt"), ODD_SHAPE, "real.slc", { imageOffset: 8 });
  symlinkSync("../elsewhere/deep/real.slc.vrt", join(slc, "20200107.slc.vrt"));
  return slc;
}

async function makeSimulatedStack(folder: string): Promise<string> {
  await simulateStack({ tree: join(folder, "tree"), dates: 5, shape: SIMULATED_SHAPE, seed: 7, workers: 1 });
  await linkStack(join(folder, "tree"), join(folder, "flat"));
  return join(folder, "flat");
}

/** The odd stack once more: of one date. */
function makeOneDate(folder: string): string {
  const slc = makeOddStack(folder);
  const one = join(folder, "one");
  mkdirSync(one);
  for (const name of ["20200101.slc", "20200101.slc.vrt"]) copyFileSync(join(slc, name), join(one, name));
  rmSync(slc, { recursive: true });
  renameSync(one, slc);
  return slc;
}

export const TEST_STACKS: readonly TestStack[] = [
  {
    name: "the two real dates",
    parameters: [
      "4x4 all",
      "1x1 all",
      "2x3 42,112,0,0",
      "5x7 3,4,13,44",
      "4x4 1,1,20,83",
      "4x4 all none",
    ].map(parametersOf),
    make: () => SAMPLE,
  },
  {
    name: "five simulated dates with moving zero borders",
    parameters: ["4x4 all", "4x4 17,13,33,26", "1x1 50,157,153,0", "2x3 101,1,0,51", "5x7 all none"].map(
      parametersOf,
    ),
    make: makeSimulatedStack,
  },
  {
    name: "seven dates of every layout with NaN, infinite and zero samples",
    parameters: [
      "4x4 all",
      "1x1 all",
      "2x3 all",
      "5x7 all",
      "1x1 all none",
      "4x4 7,9,8,11 none",
      "3x1 4,83,16,0",
    ].map(parametersOf),
    make: makeOddStack,
  },
  { name: "one date", parameters: ["1x1 all", "4x4 15,3,0,17"].map(parametersOf), make: makeOneDate },
];
