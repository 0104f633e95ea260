import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { simulateStack } from "../../data-prep/simulate";
import type { Truth } from "../../data-prep/truth";
import { meanOf, readParts, samplesOf, variationOf } from "./simulatedStack.fixture";

interface Stack {
  folder: string;
  truth: Truth;
  /** Interleaved parts of each date. */
  dates: Float64Array[];
}

const test = suite<Stack>("truth.json against the images");
const DATES = 6;

test.before(async (stack) => {
  stack.folder = mkdtempSync(join(tmpdir(), "pila-truth-"));
  const shape = { azimuth: 403, range: 361 };
  const { files } = await simulateStack({ tree: stack.folder, dates: DATES, shape, seed: 11 });
  stack.truth = JSON.parse(readFileSync(join(stack.folder, "truth.json"), "utf8"));
  stack.dates = files.map(readParts);
});

test.after(({ folder }) => rmSync(folder, { recursive: true, force: true }));

function intensities({ truth }: Stack, parts: Float64Array, region: Truth["regions"][number]): number[] {
  return [...samplesOf(region.window, truth.shape)].map(
    (at) => parts[2 * at]! ** 2 + parts[2 * at + 1]! ** 2,
  );
}

/** Means over whole 4 x 4 cells of a region. */
function looked({ truth }: Stack, parts: Float64Array, region: Truth["regions"][number]): number[] {
  const { window } = region;
  const cells: number[] = [];
  for (let row = 0; row + 4 <= window.azimuth; row += 4) {
    for (let column = 0; column + 4 <= window.range; column += 4) {
      const cell = {
        azimuth: 4,
        range: 4,
        azimuthOffset: window.azimuthOffset + row,
        rangeOffset: window.rangeOffset + column,
      };
      cells.push(
        meanOf([...samplesOf(cell, truth.shape)].map((at) => parts[2 * at]! ** 2 + parts[2 * at + 1]! ** 2)),
      );
    }
  }
  return cells;
}

test("mean intensity of every region on every date is as expected, within five standard errors", (stack) => {
  assert.is(stack.truth.regions.length, 15);
  for (const region of stack.truth.regions) {
    for (const [date, parts] of stack.dates.entries()) {
      const values = intensities(stack, parts, region);
      const expected = region.meanIntensity[date]!;
      const errors = (meanOf(values) / expected - 1) * Math.sqrt(values.length);
      assert.ok(Math.abs(errors) < 5, `${region.name}, date ${date}: ${errors} standard errors off`);
    }
  }
});

test("all regions and dates together are within five standard errors of the expected mean, 0.6 %", (stack) => {
  const ratios = stack.truth.regions.flatMap((region) =>
    stack.dates.flatMap((parts, date) =>
      intensities(stack, parts, region).map((value) => value / region.meanIntensity[date]!),
    ),
  );
  assert.ok(ratios.length > 640_000, `${ratios.length} samples`);
  const errors = (meanOf(ratios) - 1) * Math.sqrt(ratios.length);
  assert.ok(Math.abs(errors) < 5, `${errors} standard errors off`);
});

test("expected levels span 15 dB, and the patch alone changes in time", ({ truth }) => {
  const fields = truth.regions.filter(({ kind }) => kind === "field");
  for (const { meanIntensity } of fields) assert.is(new Set(meanIntensity).size, 1);
  const levels = fields.map(({ meanIntensity }) => meanIntensity[0]!);
  const span = 10 * Math.log10(Math.max(...levels) / Math.min(...levels));
  assert.ok(Math.abs(span - 15.05) < 0.01, `${span} dB`);
  const [patch] = truth.regions.filter(({ kind }) => kind === "patch");
  assert.ok(new Set(patch!.meanIntensity).size >= 4);
});

test("variation is 1 per sample and 1/4 per cell of 4 x 4, ENL 1 and 16, in every region", (stack) => {
  for (const region of stack.truth.regions) {
    const one = intensities(stack, stack.dates[1]!, region);
    // Delta method: Var(CV^2) of n samples of Gamma(L) is (2 / n) (1 + 1 / L) / L^2.
    const single = variationOf(one) ** 2;
    assert.ok(Math.abs(single - 1) < 5 * Math.sqrt(4 / one.length), `${region.name}: CV^2 ${single}`);
    const cells = looked(stack, stack.dates[1]!, region);
    const square = variationOf(cells) ** 2;
    const error = Math.sqrt((2 / cells.length) * (1 + 1 / 16)) / 16;
    assert.ok(Math.abs(square - 1 / 16) < 5 * error, `${region.name}: ENL ${1 / square}`);
  }
  const { looks, enl, variation } = stack.truth.expectedLooks;
  assert.is(looks.azimuth * looks.range, enl);
  assert.is(variation, 1 / Math.sqrt(enl));
});

test("no two dates are correlated: coherence of every pair stays below its noise", ({ truth, dates }) => {
  const region = truth.regions.find(({ name }) => name === "field-6")!;
  const at = [...samplesOf(region.window, truth.shape)];
  for (let first = 0; first < DATES; first++) {
    for (let second = first + 1; second < DATES; second++) {
      let real = 0;
      let imaginary = 0;
      for (const index of at) {
        const [a, b] = [dates[first]![2 * index]!, dates[first]![2 * index + 1]!];
        const [c, d] = [dates[second]![2 * index]!, dates[second]![2 * index + 1]!];
        real += a * c + b * d;
        imaginary += b * c - a * d;
      }
      const coherence = Math.hypot(real, imaginary) / (at.length * region.meanIntensity[0]!);
      // |coherence|^2 of independent speckle is exponential with mean 1/n: above 20/n once in 5e8.
      assert.ok(coherence ** 2 < 20 / at.length, `${first}, ${second}: ${coherence}`);
    }
  }
});

test("samples are exactly 0+0i outside the valid window of each date and nowhere inside", ({
  truth,
  dates,
}) => {
  for (const [index, { window }] of truth.borders.entries()) {
    const parts = dates[index]!;
    let wrong = 0;
    for (let at = 0; at < parts.length / 2; at++) {
      const row = Math.floor(at / truth.shape.range) - window.azimuthOffset;
      const column = (at % truth.shape.range) - window.rangeOffset;
      const isValid = row >= 0 && row < window.azimuth && column >= 0 && column < window.range;
      const isZero = Object.is(parts[2 * at], 0) && Object.is(parts[2 * at + 1], 0);
      if (isValid === isZero) wrong++;
    }
    assert.is(wrong, 0, `date ${index}: ${wrong} samples`);
  }
});

test("borders move: none on the reference date, then every side in turn, never a multiple of 4", ({
  truth,
}) => {
  const { azimuth, range } = truth.shape;
  const sides = truth.borders.map(({ window }) => ({
    top: window.azimuthOffset,
    bottom: azimuth - window.azimuthOffset - window.azimuth,
    left: window.rangeOffset,
    right: range - window.rangeOffset - window.range,
  }));
  assert.equal(sides[0], { top: 0, bottom: 0, left: 0, right: 0 });
  for (const side of ["top", "bottom", "left", "right"] as const) {
    const widths = sides.map((date) => date[side]).filter((width) => width > 0);
    assert.ok(widths.length >= 2, side);
    for (const width of widths) assert.is.not(width % 4, 0);
  }
  assert.ok(new Set(truth.borders.map(({ window }) => JSON.stringify(window))).size >= 5);
});

test("regions lie inside the valid window of every date", ({ truth }) => {
  for (const { name, window } of truth.regions) {
    assert.ok(window.azimuth > 0 && window.range > 0, name);
    for (const border of truth.borders) {
      const inside =
        window.azimuthOffset >= border.window.azimuthOffset &&
        window.rangeOffset >= border.window.rangeOffset &&
        window.azimuthOffset + window.azimuth <= border.window.azimuthOffset + border.window.azimuth &&
        window.rangeOffset + window.range <= border.window.rangeOffset + border.window.range;
      assert.ok(inside, `${name} on ${border.date}`);
    }
  }
});

test("point targets have their expected intensity in the mean, and a new phase on every date", (stack) => {
  const { targets, shape } = stack.truth;
  assert.is(targets.length, 9);
  const ratios: number[] = [];
  let real = 0;
  for (const target of targets) {
    const at = target.line * shape.range + target.sample;
    for (const parts of stack.dates) {
      const intensity = parts[2 * at]! ** 2 + parts[2 * at + 1]! ** 2;
      ratios.push(intensity / target.expectedIntensity);
      real += parts[2 * at]! / Math.sqrt(intensity);
    }
  }
  // Var = (s^2 + 2 A^2 s) / (A^2 + s)^2 for a target A^2 in clutter s.
  const { intensity, clutterIntensity } = targets[0]!;
  const variance =
    (clutterIntensity ** 2 + 2 * intensity * clutterIntensity) / (intensity + clutterIntensity) ** 2;
  const errors = (meanOf(ratios) - 1) / Math.sqrt(variance / ratios.length);
  assert.ok(Math.abs(errors) < 5, `${errors} standard errors off`);
  assert.ok(Math.abs(real) < 5 * Math.sqrt(ratios.length / 2), `sum of cosines ${real}`);
});

test.run();
