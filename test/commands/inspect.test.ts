import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
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
import { makeSparseSlc } from "./cli.fixture";
import { inspect, inspectJson, SAMPLE, SHAPE, writeDates } from "./inspect.fixture";

test("a stack in order is told date by date with its size and cost, and exits 0", () => {
  const { code, stdout, stderr } = inspect(SAMPLE, "--looks", "2x3", "--crop", "10,20,1,2");
  assert.is(code, 0, stderr);
  assert.is(stderr, "");
  for (const date of ["20230319", "20230331"]) {
    assert.match(stdout, new RegExp(`^${date}  84 x 338 +227136 +complex64, little endian +0\\.0 %$`, "m"));
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
    const { code, dates, notes } = inspectJson(folder);
    assert.is(code, 0);
    assert.equal(
      dates.map(({ kind }) => kind),
      ["complex64, little endian", "complex64, big endian", "complex64, big endian"],
    );
    assert.equal(
      dates.map(({ sample }) => sample!.zeroShare),
      [6 / 24, 0, 0],
    );
    assert.equal(notes, []);
  }));

test("one image under two dates is noted: by its file, and by its content in either byte order", () =>
  withFolder((folder) => {
    writeDates(folder, "20240101", "20240113");
    writeVrt(join(folder, "20240125.slc.vrt"), SHAPE, "20240101.slc");
    writeSlc(folder, "20240206", SHAPE, randomSamples(SHAPE, 2), { bigEndian: true });
    const { code, notes } = inspectJson(folder);
    assert.is(code, 0);
    assert.is(notes.length, 2, notes.join("\n"));
    assert.match(notes[0]!, /^20240101 and 20240125 are the same image: both lead to .*20240101\.slc/);
    assert.match(notes[1]!, /^20240113 and 20240206 are the same image as far as 32 rows tell/);
  }));

test("a stack of coregSLC/Coarse, a lone date, an empty image and NaN samples are noted, and stop nothing", () =>
  withFolder((folder) => {
    const coarse = join(folder, "coregSLC/Coarse");
    const flat = join(folder, "flat");
    writeDates(coarse, "20240113");
    mkdirSync(flat);
    symlinkSync("../coregSLC/Coarse/20240113.slc.vrt", join(flat, "20240113.slc.vrt"));
    const lone = inspectJson(flat);
    assert.is(lone.code, 0);
    assert.match(lone.notes.join("\n"), /the reference date is not here.*link TREE\/merged\/SLC/);
    assert.match(lone.notes.join("\n"), /one date alone: std is 0 everywhere/);
    const odd = join(folder, "odd");
    const samples = randomSamples(SHAPE, 4);
    fillSamples(samples, SHAPE, [0, 40], [3, 4], Number.NaN);
    writeSlc(odd, "20240101", SHAPE, samples);
    writeSlc(odd, "20240113", SHAPE, new Float32Array(2 * 40 * 24));
    writeSlc(odd, "20240125", SHAPE, new Float32Array(2 * 40 * 24));
    const { notes } = inspectJson(odd);
    assert.is(notes.length, 3, notes.join("\n"));
    assert.match(notes[0]!, /^20240101: 4\.2 % of the samples in 32 rows are NaN or infinite/);
    assert.match(notes[1]!, /^20240113: 100\.0 % .* next to no data/);
    assert.match(notes[2]!, /^20240125: 100\.0 % /);
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
