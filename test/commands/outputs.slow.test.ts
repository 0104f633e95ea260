import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertSameBytes, readByGeotiff } from "../io/product.fixture";
import { withFolder } from "../io/slcFile.fixture";
import { runPila } from "./cli.fixture";

const SAMPLE = join(__dirname, "../../../data-prep/sample");

/** Crops of the real dates in `folder/in`, made from copies in `folder/slc`. */
function prepareSample(folder: string): { slc: string; crops: string } {
  const [slc, crops] = [join(folder, "slc"), join(folder, "in")];
  cpSync(SAMPLE, slc, { recursive: true });
  assert.is(runPila(["prep", slc, crops]).code, 0);
  return { slc, crops };
}

function stats(crops: string, mean: string, std: string, ...more: string[]): ReturnType<typeof runPila> {
  return runPila(["stats", "sec", crops, mean, std, ...more]);
}

test("an output that is an input or another output is refused, also through links, and nothing changes", () =>
  withFolder((folder) => {
    const { slc, crops } = prepareSample(folder);
    const crop = join(crops, "20230319_int_crop.tif");
    const before = readFileSync(crop);
    symlinkSync(crops, join(folder, "link"));
    const [mean, std] = [join(folder, "mean.tif"), join(folder, "std.tif")];
    const refused = [
      stats(crops, crop, std),
      stats(crops, join(folder, "link/20230331_int_crop.tif"), std),
      stats(crops, mean, mean),
      stats(crops, mean, std, "--count", join(folder, "in/../mean.tif")),
      runPila(["fused", slc, join(slc, "20230319.slc"), std]),
      runPila(["fused", slc, mean, join(slc, "20230319.slc.vrt")]),
    ];
    for (const { code, stderr } of refused) {
      assert.is(code, 2, stderr);
      assert.match(stderr, /^pila: UsageError: .*found an output that (is also an input|is named twice)/);
    }
    assert.ok(readFileSync(crop).equals(before));
    assert.not.ok(existsSync(mean) || existsSync(std));
  }));

test("images that are no crops keep their earlier results out, and are themselves never taken for results", () =>
  withFolder(async (folder) => {
    const { crops } = prepareSample(folder);
    for (const date of ["20230319", "20230331"])
      copyFileSync(join(crops, `${date}_int_crop.tif`), join(folder, `${date}.tif`));
    const [mean, std] = [join(folder, "mean.tif"), join(folder, "std.tif")];
    assert.is(stats(folder, mean, std).code, 0);
    const first = readFileSync(mean);
    assert.is(stats(folder, mean, std).code, 0);
    assert.ok(readFileSync(mean).equals(first));
    const own = join(folder, "20230319.tif");
    const foreign = join(folder, "20230401.tif");
    writeFileSync(foreign, withOtherHeader(readFileSync(own)));
    const before = readFileSync(foreign);
    assert.is(stats(folder, foreign, std).code, 2);
    assert.ok(readFileSync(foreign).equals(before));
  }));

/** The same image with a tag that pila does not write: min-is-white instead of min-is-black. */
function withOtherHeader(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const entry = 10 + 4 * 12;
  assert.is(copy.readUInt16LE(entry), 262);
  copy.writeUInt16LE(0, entry + 8);
  return copy;
}

test("missing output folders are made, and a failing command leaves what stood there", () =>
  withFolder(async (folder) => {
    const { crops } = prepareSample(folder);
    const deep = join(folder, "a/b/c");
    assert.is(
      stats(crops, join(deep, "mean.tif"), join(folder, "d/std.tif"), "--count", join(deep, "n.tif")).code,
      0,
    );
    assert.equal((await readByGeotiff(join(deep, "n.tif"))).shape, { azimuth: 21, range: 84 });
    const before = readFileSync(join(deep, "mean.tif"));

    mkdirSync(join(folder, "std.tif"));
    const onFolder = stats(crops, join(deep, "mean.tif"), join(folder, "std.tif"));
    assert.is(onFolder.code, 2);
    assert.match(onFolder.stderr, /std.tif: found a folder, expected the name of a file/);
    writeFileSync(join(folder, "file"), "");
    const belowFile = stats(crops, join(deep, "mean.tif"), join(folder, "file/std.tif"));
    assert.is(belowFile.code, 1);
    assert.match(belowFile.stderr, /^pila: FormatError: .*found that it cannot be made/);
    rmSync(join(crops, "20230331_int_crop.tif"));
    writeFileSync(
      join(crops, "20230331_int_crop.tif"),
      readFileSync(join(crops, "20230319_int_crop.tif")).subarray(0, 3000),
    );
    assert.is(stats(crops, join(deep, "mean.tif"), join(deep, "std.tif")).code, 1);
    assert.ok(readFileSync(join(deep, "mean.tif")).equals(before));
    assert.equal(readdirSync(deep).sort(), ["mean.tif", "n.tif"]);
  }));

test("temporary files of dead runs are removed by the next, those of living processes and other names stay", () =>
  withFolder((folder) => {
    const { crops } = prepareSample(folder);
    const out = join(folder, "out");
    mkdirSync(out);
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const kept = [`.pila-${process.pid}-0123456789ab`, ".pila-notes", `pila-${dead}-0123456789ab`];
    for (const name of [`.pila-${dead}-0123456789ab`, ...kept]) writeFileSync(join(out, name), "");
    assert.is(stats(crops, join(out, "mean.tif"), join(out, "std.tif")).code, 0);
    assert.equal(readdirSync(out).sort(), [...kept, "mean.tif", "std.tif"].sort());
  }));

test("prep refuses crops of other parameters or unknown making, and replaces them with --overwrite", () =>
  withFolder(async (folder) => {
    const { slc, crops } = prepareSample(folder);
    const crop = join(crops, "20230319_int_crop.tif");
    const before = readFileSync(crop);
    for (const other of [
      ["--looks", "2"],
      ["--nodata", "none"],
      ["--crop", "5,5,0,0"],
    ]) {
      const { code, stderr } = runPila(["prep", slc, crops, ...other]);
      assert.is(code, 1);
      assert.match(
        stderr,
        /found crops made with crop 21,84,0,0, looks 4x4, nodata zero, expected .*--overwrite/,
      );
    }
    assert.ok(readFileSync(crop).equals(before));
    assert.is(runPila(["prep", slc, crops]).code, 0);
    assert.is(runPila(["prep", slc, crops, "--crop", "21,84,0,0"]).code, 0);
    assert.ok(readFileSync(crop).equals(before));
    assert.is(runPila(["prep", slc, crops, "--looks", "2x3", "--overwrite"]).code, 0);
    assert.equal((await readByGeotiff(crop)).shape, { azimuth: 42, range: 112 });
    rmSync(join(crops, "pila-prep.json"));
    assert.match(runPila(["prep", slc, crops]).stderr, /found 2 crops of unknown making/);
  }));

test("pila-prep.json says how the crops were made, and stats reports dates that no longer match it", () =>
  withFolder((folder) => {
    const { slc, crops } = prepareSample(folder);
    const manifest = JSON.parse(readFileSync(join(crops, "pila-prep.json"), "utf8")) as {
      sources: { path: string; bytes: number }[];
    };
    assert.equal(
      { ...manifest, sources: manifest.sources.map(({ path, bytes }) => [path, bytes]) },
      {
        schema: 1,
        crop: "21,84,0,0",
        looks: "4x4",
        nodata: "zero",
        sources: [
          [join(slc, "20230319.slc"), 84 * 338 * 8],
          [join(slc, "20230331.slc"), 84 * 338 * 8],
        ],
      },
    );
    const [mean, std] = [join(folder, "mean.tif"), join(folder, "std.tif")];
    assert.not.match(stats(crops, mean, std).stderr, "20230319");
    utimesSync(join(slc, "20230319.slc"), 1, 1);
    rmSync(join(slc, "20230331.slc"));
    const { code, stderr } = stats(crops, mean, std);
    assert.is(code, 0);
    assert.match(stderr, /20230319: its source .* changed after the crop was made; prepare it again/);
    assert.match(stderr, /20230331: its source .* is gone/);
  }));

test("stats reports a date whose mosaic has a piece that changed", () =>
  withFolder((folder) => {
    const tree = join(folder, "tree");
    cpSync(SAMPLE, tree, { recursive: true });
    const rectangle = (name: string, yOff: number) =>
      `<${name} xOff="0" yOff="${yOff}" xSize="338" ySize="42"/>`;
    const source = (at: number) =>
      `<SimpleSource><SourceFilename relativeToVRT="1">tree/20230319.slc.vrt</SourceFilename>${rectangle("SrcRect", at)}${rectangle("DstRect", at)}</SimpleSource>`;
    writeFileSync(
      join(folder, "20230319.vrt"),
      `<VRTDataset rasterXSize="338" rasterYSize="84"><VRTRasterBand dataType="CFloat32" band="1">${source(0)}${source(42)}</VRTRasterBand></VRTDataset>`,
    );
    const [crops, mean, std] = ["in", "mean.tif", "std.tif"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    assert.is(runPila(["prep", join(folder, "20230319.vrt"), crops]).code, 0);
    assert.not.match(stats(crops, mean, std).stderr, "changed");
    utimesSync(join(tree, "20230319.slc"), 1, 1);
    assert.match(
      stats(crops, mean, std).stderr,
      /^pila: 20230319: its source .*tree\/20230319.slc changed after/m,
    );
  }));

test("a product depends on nothing but its pixels: two runs of different commands are equal files", () =>
  withFolder((folder) => {
    const { slc, crops } = prepareSample(folder);
    const at = (name: string): string => join(folder, name);
    assert.is(stats(crops, at("m1"), at("s1")).code, 0);
    assert.is(runPila(["fused", slc, at("m2"), at("s2"), "--workers", "2"]).code, 0);
    assertSameBytes(at("m1"), at("m2"));
    assertSameBytes(at("s1"), at("s2"));
  }));

test.run();
