import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FormatError, ShapeError } from "../../src/core/errors";
import { type Finding, wordFinding } from "../../src/core/findings";
import type { Looks, Shape } from "../../src/core/raster";
import { findFaults, type SceneFacts, type StackFacts } from "../../src/pipeline/faults";
import { digestSamples, planSamples, type Samples } from "../../src/pipeline/samples";
import { drawScene, lookScene, randomOf, type SceneOptions, sampleImage } from "./scenes.fixture";

const SHAPE = { azimuth: 200, range: 240 };
const SMALL = { azimuth: 84, range: 338 };

interface StackOptions {
  readonly kind?: Samples["kind"];
  readonly looks?: Looks | null;
  /** Of each date, what differs from a file that is as it should be. */
  readonly scenes?: readonly Partial<SceneFacts>[];
}

/** What a caller learns of images in memory. */
function stackOf(images: readonly Float32Array[], shape: Shape, options: StackOptions = {}): StackFacts {
  const kind = options.kind ?? "complex";
  const scenes = images.map((image, i): SceneFacts => {
    const date = String(20230101 + i);
    return {
      date,
      path: `stack/${date}.slc.vrt`,
      problem: null,
      shape,
      dataPath: `/stack/${date}.slc`,
      bigEndian: false,
      digest: digestSamples(planSamples(shape), sampleImage(kind, image, shape)),
      ...options.scenes?.[i],
    };
  });
  return {
    folder: "stack",
    scenes,
    findings: [],
    looks: options.looks ?? null,
    bytes: 1e6,
    memoryBytes: 1e9,
  };
}

/** `kind: date,date` of every finding. */
function told(findings: readonly Finding[]): string[] {
  return findings.map(({ kind, dates }) => `${kind}: ${dates.map((date) => date.slice(6)).join(",")}`);
}

const SOUND: SceneOptions = { shape: SHAPE, dates: 4, seed: 5, change: 2, calibration: 0.5, border: 12 };

/** The images of a sound scene, after something was done to the second. */
function spoilSecond(spoil: (image: Float32Array) => Float32Array, options = SOUND): Float32Array[] {
  return drawScene(options).map((image, i) => (i === 1 ? spoil(image) : image));
}

function swapBytes(image: Float32Array): Float32Array {
  const bytes = Buffer.from(image.slice().buffer).swap32();
  return new Float32Array(bytes.buffer, bytes.byteOffset, image.length);
}

function mapPixels(
  image: Float32Array,
  change: (re: number, im: number) => readonly [number, number],
): Float32Array {
  const changed = new Float32Array(image.length);
  for (let i = 0; i < image.length; i += 2) {
    if (image[i] !== 0 || image[i + 1] !== 0) changed.set(change(image[i]!, image[i + 1]!), i);
  }
  return changed;
}

const decibelsOf = (re: number, im: number): number => 10 * Math.log10(re ** 2 + im ** 2);

test("200 seeded sound stacks have no finding: few dates, tiny images, change, borders, coherence, oversampling", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const { uniform } = randomOf(seed, 3);
    const pick = <T>(...choices: T[]): T => choices[Math.floor(uniform() * choices.length)]!;
    const options: SceneOptions = {
      shape: pick(
        SMALL,
        { azimuth: 40, range: 24 },
        { azimuth: 120, range: 130 },
        { azimuth: 200, range: 90 },
      ),
      dates: pick(2, 2, 3, 4, 6),
      seed,
      level: pick(-12, 0, 30, 55),
      contrast: pick(0, 2, 5, 8),
      change: 4 * uniform(),
      calibration: uniform(),
      coherence: pick(0, 0, 0.3, 0.6),
      oversampled: uniform() < 0.5,
      border: pick(0, 2, 7),
    };
    const images = drawScene(options);
    const side = pick(0, 0, 0, 1, 2);
    if (side === 0) {
      assert.equal(told(findFaults(stackOf(images, options.shape))), [], JSON.stringify(options));
      continue;
    }
    const looked = images.map((image) => lookScene(image, options.shape, side));
    const looks = { azimuth: side, range: side };
    const stack = stackOf(
      looked.map(({ values }) => values),
      looked[0]!.shape,
      { kind: "intensity", looks },
    );
    assert.equal(
      told(findFaults(stack)),
      [],
      `intensity of ${side} x ${side} looks: ${JSON.stringify(options)}`,
    );
  }
});

const SAMPLE = ["20230319", "20230331"].map((date) => {
  const bytes = readFileSync(join(__dirname, `../../../data-prep/sample/${date}.slc`));
  return new Float32Array(new Uint8Array(bytes).buffer);
});

test("two real dates have no finding as SLC and as intensities; one moved by 3 x 5 pixels is found", () => {
  assert.equal(told(findFaults(stackOf(SAMPLE, SMALL))), []);
  for (const side of [1, 2, 4]) {
    const looked = SAMPLE.map((image) => lookScene(image, SMALL, side));
    const looks = { azimuth: side, range: side };
    const stack = stackOf(
      looked.map(({ values }) => values),
      looked[0]!.shape,
      { kind: "intensity", looks },
    );
    assert.equal(told(findFaults(stack)), [], `${side} x ${side} looks`);
  }
  const moved = new Float32Array(SAMPLE[1]!.length);
  for (let line = 3; line < SMALL.azimuth; line++) {
    const from = 2 * (line - 3) * SMALL.range;
    moved.set(SAMPLE[1]!.subarray(from, from + 2 * (SMALL.range - 5)), 2 * (line * SMALL.range + 5));
  }
  const [shift, ...rest] = findFaults(stackOf([SAMPLE[0]!, moved], SMALL));
  assert.equal([shift!.kind, shift!.dates.length, rest], ["shift", 2, []]);
  const { lines, samples } = shiftOf(shift!);
  assert.equal([Math.abs(lines), Math.abs(samples), Math.sign(lines * samples)], [3, 5, 1]);
});

function shiftOf({ numbers }: Finding) {
  return numbers[0] as Record<"lines" | "samples" | "correlationAtZero" | "correlationAtShift", number>;
}

for (const [lines, samples] of [
  [0, 1],
  [5, 0],
  [-4, 9],
  [16, -16],
] as const) {
  test(`a date shifted by ${lines} x ${samples} pixels among four is found, and nothing else`, () => {
    for (const coherence of lines === 0 ? [0.7] : [0, 0.4]) {
      const shifts = [
        [0, 0],
        [lines, samples],
        [0, 0],
        [0, 0],
      ] as const;
      const findings = findFaults(stackOf(drawScene({ ...SOUND, shifts, coherence }), SHAPE));
      assert.equal(told(findings), ["shift: 02"]);
      const { correlationAtZero, correlationAtShift, ...found } = shiftOf(findings[0]!);
      assert.equal(found, { lines, samples });
      assert.ok(correlationAtShift > correlationAtZero && correlationAtShift > 0.4);
    }
  });
}

test("two dates shifted differently among five are both found", () => {
  const shifts = [
    [0, 0],
    [5, 0],
    [0, 0],
    [0, -7],
    [0, 0],
  ] as const;
  const findings = findFaults(stackOf(drawScene({ ...SOUND, dates: 5, shifts }), SHAPE));
  assert.equal(told(findings).sort(), ["shift: 02", "shift: 04"]);
  assert.equal(
    findings
      .map(shiftOf)
      .map(({ lines, samples }) => [lines, samples])
      .sort(),
    [
      [0, -7],
      [5, 0],
    ],
  );
});

test("of three dates the one that is shifted is told alone, though it blurs the mean for the others", () => {
  for (const seed of [1, 2, 3, 4]) {
    const shifts = [
      [0, 0],
      [5, 0],
      [0, 0],
    ] as const;
    const findings = findFaults(stackOf(drawScene({ ...SOUND, seed, dates: 3, shifts }), SHAPE));
    assert.equal(told(findings), ["shift: 02"]);
  }
});

test("pure speckle that kept no coherence gives no shift, whatever it was moved by", () => {
  const options = {
    ...SOUND,
    contrast: 0,
    change: 0,
    dates: 3,
    shifts: [
      [0, 0],
      [6, 3],
      [0, 0],
    ] as const,
  };
  assert.equal(told(findFaults(stackOf(drawScene(options), SHAPE))), []);
});

test("a date in the other byte order is found, whichever it was declared, and its nonsense is told of nothing else", () => {
  const images = spoilSecond(swapBytes);
  const [found, ...rest] = findFaults(stackOf(images, SHAPE));
  assert.equal([told([found!]), rest], [["byteOrder: 02"], []]);
  assert.equal(found!.numbers, [{ declared: "little endian", plausible: "big endian" }]);
  const declaredBig = stackOf(images, SHAPE, { scenes: [{}, { bigEndian: true }] });
  assert.match(findFaults(declaredBig)[0]!.found, "read as big endian, and of about one as little endian");
  const whole = spoilSecond((image) => swapBytes(image.map(Math.round)));
  assert.equal(
    told(findFaults(stackOf(whole, SHAPE))),
    ["byteOrder: 02"],
    "whole numbers turn into subnormal ones",
  );
  const small = drawScene({ ...SOUND, level: -300 });
  assert.not.match(told(findFaults(stackOf(small, SHAPE))).join(), "byteOrder");
});

test("a complex date in dB is found: with its phase, without, and as real part; an amplitude has no phase either", () => {
  const inDecibels = (re: number, im: number): readonly [number, number] => {
    const [level, phase] = [decibelsOf(re, im), Math.atan2(im, re)];
    return [level * Math.cos(phase), level * Math.sin(phase)];
  };
  const spoiled: [string, (re: number, im: number) => readonly [number, number]][] = [
    ["decibels: 02", inDecibels],
    ["notComplex: 02", (re, im) => [decibelsOf(re, im), 0]],
    ["notComplex: 02", (re) => [re, 0]],
    ["notComplex: 02", (re, im) => [Math.hypot(re, im), 0]],
  ];
  for (const [expected, spoil] of spoiled) {
    const images = spoilSecond((image) => mapPixels(image, spoil));
    assert.equal(told(findFaults(stackOf(images, SHAPE))), [expected], String(spoil));
  }
});

test("among intensities dates in dB and in amplitude are found, by values below 0 or by level and speckle", () => {
  for (const [side, level, contrast] of [
    [1, 30, 4],
    [2, 30, 4],
    [2, 2, 4],
    // The amplitude of 30 dB is 31.6, and nothing but its speckle tells it from dB.
    [2, 30, 0],
  ] as const) {
    const images = drawScene({
      ...SOUND,
      shape: { azimuth: 200 * side, range: 240 * side },
      level,
      contrast,
    });
    const spoil = (change: (value: number) => number): StackFacts => {
      const looked = images.map((image, i) => {
        const { values } = lookScene(image, { azimuth: 200 * side, range: 240 * side }, side);
        return i === 1 ? values.map((value) => (value === 0 ? 0 : change(value))) : values;
      });
      return stackOf(looked, SHAPE, { kind: "intensity", looks: { azimuth: side, range: side } });
    };
    const inDecibels = findFaults(spoil((value) => 10 * Math.log10(value)));
    assert.equal(told(inDecibels), ["decibels: 02"], `${side} looks at ${level} dB`);
    if (level === 30) assert.equal(told(findFaults(spoil(Math.sqrt))), ["amplitude: 02"]);
    assert.equal(told(findFaults(spoil((value) => value))), []);
  }
});

test("one HV among HH, 8 dB lower and without its speckle, is found; change of two thirds and one date of two are not", () => {
  const images = drawScene({ ...SOUND, contrast: 3 });
  const lower = (factor: number) => (image: Float32Array) =>
    image.map((value) => value * 10 ** (factor / 20));
  const weaker = images.map((image, i) => (i === 1 ? lower(-8)(image) : image));
  const [found, ...rest] = findFaults(stackOf(weaker, SHAPE));
  assert.equal([told([found!]), rest], [["level: 02"], []]);
  assert.ok(Math.abs((found!.numbers[0]!.difference as number) + 8) < 1.5, found!.found);
  const half = images.map((image, i) =>
    i === 1 ? image.map((value, at) => (at < 0.65 * image.length ? value * 10 ** (-12 / 20) : value)) : image,
  );
  assert.equal(told(findFaults(stackOf(half, SHAPE))), []);
  assert.equal(told(findFaults(stackOf(weaker.slice(0, 2), SHAPE))), []);
  const far = [images[0]!, lower(-30)(images[1]!)];
  assert.equal(told(findFaults(stackOf(far, SHAPE))).length, 1);
  const windy = drawScene({ ...SOUND, dates: 8, calibration: 4 });
  assert.equal(told(findFaults(stackOf(windy, SHAPE))), [], "levels that vary by 4 dB as over water");
});

test("shares of NaN and infinite samples are told of the dates that have them, and NaN crops of nothing", () => {
  const put = (image: Float32Array, value: number, count: number): Float32Array =>
    image.map((old, at) => (Math.floor(at / 2) % 20 < count ? value : old));
  const images = drawScene({ ...SOUND, border: 0 });
  const nan = images.map((image, i) => (i === 0 ? image : put(image, Number.NaN, i)));
  const [finding, ...rest] = findFaults(stackOf(nan, SHAPE));
  assert.equal([told([finding!]), rest], [["nan: 04,03,02"], []]);
  assert.match(finding!.found, /^up to 15\.0 % of the samples in 32 rows NaN/);
  assert.match(
    wordFinding(finding!),
    /^stack\/20230104\.slc\.vrt and 2 more \(20230103, 20230102\): found up to/,
  );
  const infinite = images.map((image, i) => (i === 1 ? put(image, Number.POSITIVE_INFINITY, 1) : image));
  assert.equal(told(findFaults(stackOf(infinite, SHAPE))), ["infinite: 02"]);
  const crops = images.map((image) => put(lookScene(image, SHAPE, 1).values, Number.NaN, 2));
  assert.equal(told(findFaults(stackOf(crops, SHAPE, { kind: "intensity" }))), []);
});

test("a date without data, of powers beyond float32 or of no radar is found alone", () => {
  const scale = (factor: number) => spoilSecond((image) => image.map((value) => value * factor));
  const expected = { 1e-21: "underflow", 1e19: "overflow", 1e-8: "implausiblePower", 0: "empty" };
  for (const [factor, kind] of Object.entries(expected)) {
    assert.equal(told(findFaults(stackOf(scale(Number(factor)), SHAPE))), [`${kind}: 02`], factor);
  }
});

test("dates that are one image are told once: by file, else by content", () => {
  const images = drawScene(SOUND);
  const twins = [images[0]!, images[1]!, images[0]!, images[1]!];
  const other = { dataPath: "/stack/20230101.slc" };
  const [first, second, ...rest] = findFaults(stackOf(twins, SHAPE, { scenes: [{}, {}, other, {}] }));
  assert.equal([told([first!, second!]), rest], [["sameImage: 01,03", "sameImage: 02,04"], []]);
  assert.equal([first!.numbers[0]!.files, second!.numbers[0]!.files], [1, 2]);
});

test("the error of a date is its finding; a date of another shape is compared with none", () => {
  const images = drawScene(SOUND);
  const path = "stack/20230102.slc.vrt";
  const said = `${path}: found 200 x 239, expected 200 x 240 as the other dates; leave it out`;
  const odd = {
    shape: { azimuth: 200, range: 239 },
    problem: new ShapeError(said, { path, kind: "shape" }),
  };
  const [one, ...rest] = findFaults(stackOf(images, SHAPE, { scenes: [{}, odd] }));
  assert.equal([told([one!]), rest], [["shape: 02"], []]);
  assert.match(
    wordFinding(one!),
    /^stack.20230102.slc.vrt: found 200 x 239, expected 200 x 240 as the other dates; dates of .*; leave it out$/,
  );
  const problem = new FormatError(`${path}: found no data file, expected 20230102.slc; copy it`, { path });
  const broken = { problem, shape: null, digest: null, dataPath: null };
  const [unreadable, ...nothing] = findFaults(stackOf(images, SHAPE, { scenes: [{}, broken] }));
  assert.equal([told([unreadable!]), nothing], [["unreadable: 02"], []]);
  assert.is(
    wordFinding(unreadable!),
    `${path}: found no data file, expected 20230102.slc; the stack cannot be processed with it; copy it`,
  );
});

test("crops of 4 x 4 looks with the speckle of one look, or far smoother than their looks, are told", () => {
  const shape = { azimuth: 800, range: 800 };
  const images = drawScene({ ...SOUND, shape, dates: 2, fields: 40, border: 0 });
  const looks = { azimuth: 4, range: 4 };
  const cropsOf = (change: (values: Float32Array) => Float32Array, side: number): Finding[] => {
    const looked = images.map((image) => lookScene(image, shape, side));
    const values = looked.map(({ values }) => change(values));
    return findFaults(stackOf(values, looked[0]!.shape, { kind: "intensity", looks }));
  };
  assert.equal(told(cropsOf((values) => values, 4)), []);
  assert.equal(told(cropsOf((values) => values, 1)), ["coherentLooks: 01,02"]);
  assert.equal(told(cropsOf((values) => values.map(Math.sqrt), 4)), ["tooSmooth: 01,02"]);
});

test("secondaries alone, one date and too little memory are notes on the stack", () => {
  const images = drawScene({ ...SOUND, dates: 1 });
  const dataPath = "/tree/coregSLC/Coarse/20230101/20230101.slc";
  const stack = { ...stackOf(images, SHAPE, { scenes: [{ dataPath }] }), bytes: 2e9 };
  const findings = findFaults(stack);
  assert.equal(told(findings), ["referenceMissing: ", "oneDate: 01", "memory: "]);
  assert.equal([...new Set(findings.map(({ severity, path }) => `${severity} ${path}`))], ["note stack"]);
});

test("errors come first, and a finding is one line of plain data", () => {
  const images = spoilSecond(swapBytes).map((image, i) =>
    i === 2 ? image.map((value) => value / 1e8) : image,
  );
  const findings = findFaults(stackOf(images, SHAPE));
  assert.equal(told(findings), ["byteOrder: 02", "implausiblePower: 03"]);
  assert.equal(JSON.parse(JSON.stringify(findings)), findings);
  for (const finding of findings)
    assert.match(wordFinding(finding), /^stack\/[^:\n]+: found [^\n;]+; [^\n;]+; [^\n;]+$/);
});

test.run();
