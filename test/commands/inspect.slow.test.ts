import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Finding } from "../../src/core/findings";
import { describeTiff } from "../../src/io/tiff";
import { readPng } from "../io/png.fixture";
import {
  fillSamples,
  isceXmlOf,
  randomSamples,
  withFolder,
  writeRaw,
  writeSlc,
  writeVrt,
} from "../io/slcFile.fixture";
import { drawScene } from "../pipeline/scenes.fixture";
import { makeSparseSlc, runPila } from "./cli.fixture";
import { inspect, inspectJson, SAMPLE, SHAPE, writeDates } from "./inspect.fixture";

test("a stack in order is told date by date with its size and cost, and exits 0", () => {
  const { code, stdout, stderr } = inspect(SAMPLE, "--looks", "2x3", "--crop", "10,20,1,2");
  assert.is(code, 0, stderr);
  assert.is(stderr, "");
  for (const date of ["20230319", "20230331"]) {
    assert.match(
      stdout,
      new RegExp(`^${date}  0\\.2  84 x 338  complex64 +0\\.0 % .* -        VRT over raw$`, "m"),
    );
  }
  assert.match(stdout, /stack: 2 dates, 0\.5 MB of samples/);
  assert.match(stdout, /looks 2x3, crop 10,20,1,2: 10 x 20 cells a date/);
  assert.match(stdout, /a sample, not a count/);
  assert.match(stdout, /^can be processed: yes$/m);
  const { cost, processable, problem } = inspectJson(SAMPLE, "--looks", "2x3", "--crop", "10,20,1,2");
  assert.equal(
    [cost!.cropBytes, cost!.productBytes, cost!.shape],
    [2 * 800, 3 * 800, { azimuth: 10, range: 20 }],
  );
  assert.equal([processable, problem], [true, null]);
});

test("predicted seconds grow with the stack", () =>
  withFolder((folder) => {
    const seconds = [2, 8].map((dates) => {
      const stack = join(folder, String(dates));
      makeSparseSlc(stack, dates, { azimuth: 2048, range: 512 });
      return inspectJson(stack).cost!.predicted.fused;
    });
    assert.ok(
      seconds[1]!.seconds > 2 * seconds[0]!.seconds && seconds[1]!.workers >= 1,
      JSON.stringify(seconds),
    );
  }));

test("big endian data and ISCE2 XML under the name of a VRT are read, and their samples seen as they are", () =>
  withFolder((folder) => {
    const samples = randomSamples(SHAPE, 1);
    fillSamples(samples, SHAPE, [0, 40], [0, 6], 0);
    writeSlc(folder, "20240101", SHAPE, samples);
    writeSlc(folder, "20240113", SHAPE, randomSamples(SHAPE, 2), { bigEndian: true });
    writeRaw(join(folder, "20240125.slc"), SHAPE, randomSamples(SHAPE, 3), { bigEndian: true });
    writeFileSync(join(folder, "20240125.slc.vrt"), isceXmlOf(SHAPE, true));
    const { code, dates, findings } = inspectJson(folder);
    assert.is(code, 0);
    assert.equal(
      dates.map(({ type, format }) => [type, format]),
      [
        ["complex64", "VRT over raw"],
        ["complex64, big endian", "VRT over raw"],
        ["complex64, big endian", "ISCE2 XML"],
      ],
    );
    assert.equal(
      dates.map(({ sample }) => sample!.zeroShare),
      [6 / 24, 0, 0],
    );
    assert.equal(findings, []);
  }));

/** Findings as `severity kind: dates`. */
function told(findings: readonly Finding[]): string[] {
  return findings.map(({ severity, kind, dates }) => `${severity} ${kind}: ${dates.join(" ")}`);
}

test("one image under two dates is found: by its file, and by its content in either byte order", () =>
  withFolder((folder) => {
    writeDates(folder, "20240101", "20240113");
    writeVrt(join(folder, "20240125.slc.vrt"), SHAPE, "20240101.slc");
    writeSlc(folder, "20240206", SHAPE, randomSamples(SHAPE, 2), { bigEndian: true });
    const { code, findings } = inspectJson(folder);
    assert.is(code, 0);
    assert.equal(told(findings), [
      "warning sameImage: 20240101 20240125",
      "warning sameImage: 20240113 20240206",
    ]);
    assert.match(inspect(folder).stdout, /^can be processed: yes; see 2 warnings above$/m);
  }));

test("a stack of coregSLC/Coarse, a lone date, an empty image and NaN samples are told, and stop nothing", () =>
  withFolder((folder) => {
    const coarse = join(folder, "coregSLC/Coarse");
    const flat = join(folder, "flat");
    writeDates(coarse, "20240113");
    mkdirSync(flat);
    symlinkSync("../coregSLC/Coarse/20240113.slc.vrt", join(flat, "20240113.slc.vrt"));
    const lone = inspectJson(flat);
    assert.equal(
      [lone.code, told(lone.findings)],
      [0, ["note referenceMissing: ", "note oneDate: 20240113"]],
    );
    const odd = join(folder, "odd");
    const samples = randomSamples(SHAPE, 4);
    fillSamples(samples, SHAPE, [0, 40], [3, 4], Number.NaN);
    writeSlc(odd, "20240101", SHAPE, samples);
    writeSlc(odd, "20240113", SHAPE, new Float32Array(2 * 40 * 24));
    writeSlc(odd, "20240125", SHAPE, new Float32Array(2 * 40 * 24));
    const { findings } = inspectJson(odd);
    assert.equal(told(findings), ["warning empty: 20240113 20240125", "note nan: 20240101"]);
    assert.match(findings[1]!.found, /^4\.2 % of the samples in 32 rows NaN/);
  }));

const SCENE = {
  shape: { azimuth: 200, range: 240 },
  dates: 8,
  seed: 5,
  change: 1,
  calibration: 0.5,
  border: 12,
};
const DAYS = Array.from({ length: SCENE.dates }, (_, i) => `202401${String(i + 10)}`);

test("of eight dates one shifted by 5 samples, one in dB, one of the other byte order and one HV are found, all else is not", () =>
  withFolder((folder) => {
    const shifts = DAYS.map((_, i): readonly [number, number] => [0, i === 1 ? 5 : 0]);
    drawScene({ ...SCENE, shifts }).forEach((image, i) => {
      const level = (at: number): number => 10 * Math.log10(image[at]! ** 2 + image[at + 1]! ** 2);
      const inDecibels = (_: number, at: number): number => (at % 2 === 0 && image[at] !== 0 ? level(at) : 0);
      const values = i === 2 ? image.map(inDecibels) : i === 4 ? image.map((value) => 0.3 * value) : image;
      writeSlc(folder, DAYS[i]!, SCENE.shape, values);
    });
    const swapped = join(folder, `${DAYS[3]}.slc`);
    writeFileSync(swapped, readFileSync(swapped).swap32());
    const { code, findings } = inspectJson(folder);
    assert.equal(
      [code, told(findings)],
      [
        0,
        [
          "error notComplex: 20240112",
          "error byteOrder: 20240113",
          "warning level: 20240114",
          "warning shift: 20240111",
        ],
      ],
    );
    const { stdout } = inspect(folder);
    assert.match(
      stdout,
      /^error: 20240113: found values of all magnitudes when read as little endian.*; correct the/m,
    );
    assert.match(stdout, /^20240113 .* error +VRT over raw$/m);
    assert.match(stdout, /^can be processed: yes; see 2 errors and 2 warnings above$/m);
    const table = stdout.split("\n").slice(0, DAYS.length + 1);
    assert.ok(
      table.every((line) => line.length <= 100),
      table.join("\n"),
    );
  }));

test("sound stacks have no finding, as SLC and as crops; crops in dB are found by their values", () =>
  withFolder((folder) => {
    for (const [i, image] of drawScene(SCENE).entries()) writeSlc(folder, DAYS[i]!, SCENE.shape, image);
    const crops = join(folder, "crops");
    assert.is(runPila(["prep", folder, crops, "--looks", "2"]).code, 0);
    for (const stack of [SAMPLE, folder, crops]) {
      const { code, findings } = inspectJson(stack);
      assert.equal([code, findings], [0, []], stack);
    }
    const { stdout } = inspect(crops);
    assert.match(stdout, /^20240110 .* float32 .* GeoTIFF$/m);
    assert.match(stdout, /^predicted .*: stats [^,]*$/m);
    const values = readFileSync(join(crops, `${DAYS[1]}_int_crop.tif`));
    const { dataOffset } = describeTiff(join(crops, `${DAYS[1]}_int_crop.tif`))!;
    for (let at = dataOffset; at < values.length; at += 4) {
      values.writeFloatLE(10 * Math.log10(values.readFloatLE(at)) - 30, at);
    }
    writeFileSync(join(crops, `${DAYS[1]}_int_crop.tif`), values);
    assert.equal(told(inspectJson(crops).findings), ["error decibels: 20240111"]);
  }));

test("the quicklook is a PNG of the looked image with its stretch told; over an input it is refused", () =>
  withFolder((folder) => {
    const slc = join(folder, "slc");
    cpSync(SAMPLE, slc, { recursive: true });
    const png = join(folder, "new/q.png");
    const { code, stdout, stderr } = inspect(slc, "--quicklook", png);
    assert.is(code, 0, stderr);
    assert.match(
      stdout,
      /^quicklook: .*q\.png: mean \|S\|\^2 of 2 dates, .* dB, not calibrated; stretch [\d.]+ to [\d.]+ dB/m,
    );
    const { width, height, levels } = readPngFile(png);
    assert.equal([width, height], [338, 84]);
    assert.ok(new Set(levels).size > 200);
    assert.equal(readdirSync(join(folder, "new")), ["q.png"]);
    const refused = inspect(slc, "--quicklook", join(slc, "20230319.slc"));
    assert.is(refused.code, 2);
    assert.match(refused.stderr, /^pila: UsageError: .*is also an input/);
  }));

function readPngFile(path: string): ReturnType<typeof readPng> {
  return readPng(readFileSync(path));
}

test.run();
