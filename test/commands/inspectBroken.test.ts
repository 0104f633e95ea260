import { copyFileSync, existsSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { writeCrop } from "../io/product.fixture";
import { randomSamples, withFolder, writeSlc } from "../io/slcFile.fixture";
import { inspect, inspectJson, SAMPLE, SHAPE, writeDates } from "./inspect.fixture";

/** Ways to break the second of three dates; each with what is said of it. */
const BROKEN: readonly {
  name: string;
  break: (folder: string) => void;
  kind: string;
  said: RegExp;
  finding?: RegExp;
}[] = [
  {
    name: "a truncated file",
    break: (folder) => truncateSync(join(folder, "20240113.slc"), 7000),
    kind: "FormatError",
    said: /20240113\.slc: found 7000 bytes, expected 7680 .*truncated/,
  },
  {
    name: "missing data",
    break: (folder) => rmSync(join(folder, "20240113.slc")),
    kind: "FormatError",
    said: /20240113\.slc\.vrt: found no data file .*20240113\.slc/,
  },
  {
    name: "another shape",
    break: (folder) => {
      const shape = { azimuth: 39, range: 24 };
      writeSlc(folder, "20240113", shape, randomSamples(shape, 9));
    },
    kind: "ShapeError",
    said: /20240113\.slc\.vrt: found 39 x 24, expected 40 x 24/,
    finding:
      /: found 39 x 24, expected 40 x 24 as the other dates \(2 of 40 x 24, 1 of 39 x 24\); .*; coregister it/,
  },
  {
    name: "a VRT whose source has no name",
    break: (folder) =>
      writeFileSync(
        join(folder, "20240113.slc.vrt"),
        '<VRTDataset rasterXSize="24" rasterYSize="40"><VRTRasterBand dataType="CFloat32" band="1"><SimpleSource/></VRTRasterBand></VRTDataset>',
      ),
    kind: "FormatError",
    said: /20240113\.slc\.vrt: found no SourceFilename, expected/,
  },
  {
    name: "an image under the name of a description",
    break: (folder) => copyFileSync(join(folder, "20240101.slc"), join(folder, "20240113.slc.vrt")),
    kind: "FormatError",
    said: /20240113\.slc\.vrt: found binary data, expected an ISCE2 description/,
  },
  {
    name: "a link that leads nowhere",
    break: (folder) => {
      rmSync(join(folder, "20240113.slc.vrt"));
      symlinkSync("gone/20240113.slc.vrt", join(folder, "20240113.slc.vrt"));
    },
    kind: "FormatError",
    said: /20240113\.slc\.vrt: found a link that leads nowhere/,
  },
];

for (const { name, break: spoil, kind, said, finding } of BROKEN) {
  test(`${name} is a finding of its date and on stderr, the other dates are shown, exit 1, no quicklook`, () =>
    withFolder((folder) => {
      writeDates(folder, "20240101", "20240113", "20240125");
      spoil(folder);
      const png = join(folder, "q.png");
      const { code, stdout, stderr } = inspect(folder, "--quicklook", png);
      assert.is(code, 1);
      assert.match(stderr, new RegExp(`^pila: ${kind}: `));
      assert.match(stderr, said);
      const line = stdout.split("\n").find((each) => each.startsWith("error: 20240113: "))!;
      assert.match(line, finding ?? said);
      assert.match(stdout, /^20240113 .* error /m);
      for (const date of ["20240101", "20240125"]) {
        assert.match(stdout, new RegExp(`^${date}  0\\.0  40 x 24 `, "m"));
      }
      assert.is(/stack: 3 dates \(1 cannot be read\)/.test(stdout), kind === "FormatError");
      assert.match(stdout, /^can be processed: no; see 1 error above$/m);
      assert.not.ok(existsSync(png));
      const plain = inspectJson(folder);
      assert.equal([plain.code, plain.processable, plain.cost, plain.problem!.name], [1, false, null, kind]);
      assert.equal(
        plain.dates.map(({ problem }) => problem?.name ?? null),
        [null, kind, null],
      );
    }));
}

test("of crops, a truncated date and one of another shape are told beside those that are sound", () =>
  withFolder((folder) => {
    const values = (azimuth: number) => new Float32Array(azimuth * SHAPE.range).fill(1);
    for (const [date, azimuth] of [
      ["20240101", 40],
      ["20240113", 39],
      ["20240125", 40],
      ["20240206", 40],
    ] as const) {
      writeCrop(folder, date, { shape: { azimuth, range: SHAPE.range }, values: values(azimuth) });
    }
    truncateSync(join(folder, "20240125_int_crop.tif"), 1000);
    const { code, problem, dates } = inspectJson(folder);
    assert.is(code, 1);
    const told = dates.map((date) => date.problem?.message.split(": found ")[1] ?? null);
    assert.is(told[0], null);
    assert.match(
      told[1]!,
      /^39 x 24, expected 40 x 24 as the other dates \(2 of 40 x 24, 1 of 39 x 24\); prepare all/,
    );
    assert.match(told[2]!, /^1000 bytes, expected .*; the file is truncated/);
    assert.is(told[3], null);
    assert.equal(problem, dates[1]!.problem);
  }));

test("a crop outside the image, a folder without images and no folder are named, exit 1", () =>
  withFolder((folder) => {
    const outside = inspect(SAMPLE, "--crop", "1024,1024,0,0");
    assert.is(outside.code, 1);
    assert.match(outside.stdout, /^20230319 /m);
    assert.match(outside.stdout, /^can be processed: no; ShapeError: found crop 1024,1024,0,0/m);
    assert.match(
      outside.stderr,
      /^pila: ShapeError: .*the largest window that fits from that corner is --crop 21,84,0,0/,
    );
    const empty = inspect(folder);
    assert.equal([empty.code, empty.stdout], [1, ""]);
    assert.match(empty.stderr, /^pila: FormatError: .*an empty folder, expected DATE\.slc\.vrt/);
    const none = inspect(join(folder, "none"));
    assert.is(none.code, 1);
    assert.match(none.stderr, /^pila: FormatError: .*found no readable folder/);
  }));

test.run();
