import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Finding, wordFinding } from "../../src/core/findings";
import type { SlcChoice } from "../../src/io/choose";
import { findScenes, openSlcStack } from "../../src/io/folders";
import { PlaneReader } from "../../src/io/rows";
import { runPila } from "../commands/cli.fixture";
import { randomSamples, withFolder, writeRaw, writeSlc, writeVrt } from "./slcFile.fixture";
import { writeComplexTiff } from "./tiff.fixture";

const SHAPE = { azimuth: 6, range: 5 };
const SAMPLES = randomSamples(SHAPE, 1);

/** Writes `X.slc` and `X.slc.vrt`, folders and all. */
function put(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(path), { recursive: true });
    writeSlc(dirname(path), path.split("/").at(-1)!, SHAPE, SAMPLES);
  }
}

function datesOf(folder: string, choice?: SlcChoice): readonly string[] {
  return openSlcStack(folder, choice).scenes.map(({ date }) => date);
}

function messageOf(folder: string, choice?: SlcChoice): string {
  try {
    openSlcStack(folder, choice);
  } catch (error) {
    return (error as Error).message;
  }
  return "no error";
}

function notesOf(folder: string): readonly string[] {
  return openSlcStack(folder).findings.map(
    (finding: Finding) => `${finding.severity} ${wordFinding(finding)}`,
  );
}

test("a tree is searched where its top holds no image; dot names and linked folders are not looked at", () =>
  withFolder((folder) => {
    put(
      join(folder, "tree/a/20230105/20230105"),
      join(folder, "tree/b/20230117"),
      join(folder, "tree/.c/20230201"),
    );
    put(join(folder, "other/20230301"));
    symlinkSync("../other", join(folder, "tree/linked"));
    writeFileSync(join(folder, "tree/._20230105.slc.vrt"), "\0\x05\x16\x07Mac OS X");
    writeFileSync(join(folder, "tree/readme.txt"), "ENVI and others");
    assert.equal(datesOf(join(folder, "tree")), ["20230105", "20230117"]);
    put(join(folder, "tree/20230401"));
    assert.equal(datesOf(join(folder, "tree")), ["20230401"]);
  }));

test("dates are what stands before .slc, else the date in the name, in the folders between, else the stem", () =>
  withFolder((folder) => {
    const names = {
      "20180101.slc.full.vrt": "20180101",
      "s1_2018-01-13_x.vrt": "20180113",
      "s1a-iw1-slc-20180125t101010-20180125t101037-012.vrt": "20180125",
      "t064_135523_iw2_20180206_VV.vrt": "20180206",
      "CAPELLA_C02_SM_SLC_20180218192221_20180218192225.vrt": "20180218",
      "first.vrt": "first",
      "20180301x.slc.vrt": "20180301x",
    };
    writeRaw(join(folder, ".data"), SHAPE, SAMPLES);
    for (const name of Object.keys(names)) writeVrt(join(folder, name), SHAPE, ".data");
    assert.equal([...datesOf(folder)].sort(), Object.values(names).sort());
    const tree = join(folder, "tree");
    for (const date of ["2018-01-01", "2018-01-13"]) put(join(tree, date, "scene"));
    assert.equal(datesOf(tree), ["20180101", "20180113"]);
  }));

test("whole lines more than described are a warning said once for all dates; other surplus is another width", () =>
  withFolder((folder) => {
    for (const date of ["20230105", "20230117", "20230129"]) put(join(folder, date));
    for (const date of ["20230105", "20230129"])
      appendFileSync(join(folder, `${date}.slc`), Buffer.alloc(80));
    const { findings } = openSlcStack(folder);
    assert.is(findings.length, 1);
    assert.equal([findings[0]!.severity, findings[0]!.dates], ["warning", ["20230105", "20230129"]]);
    assert.match(
      wordFinding(findings[0]!),
      /20230105\.slc and 1 more \(20230129\): found 320 bytes, expected 240 for 6 x 5 complex64 samples \(2 lines more\); what is beyond .* left out/,
    );
    writeVrt(join(folder, "20230117.slc.vrt"), { azimuth: 6, range: 4 }, "20230117.slc");
    assert.match(
      messageOf(folder),
      /20230117\.slc: found 240 bytes, expected 192 .*surplus of 48 bytes is no whole number of lines, .*a width that fits: 5\); .*--allow-surplus/,
    );
    const [, sheared] = findScenes(folder, { allowSurplus: true });
    assert.match(sheared!.problem!.message, /found 6 x 4, expected 6 x 5 as the other dates/);
  }));

test("sizes without a majority are counted: the dates are not coregistered", () =>
  withFolder((folder) => {
    for (const [i, date] of ["20230105", "20230117", "20230129", "20230210"].entries()) {
      const shape = { azimuth: 6 + (i % 3), range: 5 };
      writeSlc(folder, date, shape, randomSamples(shape, i));
    }
    assert.match(
      messageOf(folder),
      /found 4 dates of 3 sizes \(2 of 6 x 5, 1 of 7 x 5, 1 of 8 x 5\), expected one size; none has a majority: they are not coregistered/,
    );
    assert.ok(findScenes(folder).every(({ problem }) => problem?.name === "ShapeError"));
  }));

test("several polarisations are listed and chosen, never mixed; no advice names what was typed", () =>
  withFolder((folder) => {
    put(...["x-hh-20230105", "x-hv-20230105", "x-hh-20230117"].map((name) => join(folder, name)));
    assert.match(messageOf(folder), /2 polarisations, HH \(2\), HV \(1\), expected one; choose by --pol HH$/);
    assert.equal(datesOf(folder, { polarisation: "hh" }), ["x-hh-20230105", "x-hh-20230117"]);
    rmSync(join(folder, "x-hv-20230105.slc"));
    assert.equal(datesOf(folder, { polarisation: "HH" }), ["x-hh-20230105", "x-hh-20230117"]);
    assert.match(messageOf(folder, { polarisation: "HV" }), /found no data file/);
    put(join(folder, "x-hv-20230105"));
    const message = messageOf(folder, { polarisation: "VV" });
    assert.match(message, /found HH, HV, expected polarisation VV; choose one that is there/);
    assert.not.match(message, /--pol VV/);
    // Of different dates they would be mixed just so.
    rmSync(join(folder, "x-hh-20230105.slc.vrt"));
    assert.match(messageOf(folder), /2 polarisations/);
    const folders = join(folder, "folders");
    put(...["HH/20230105", "HH/20230117", "VV/20230105"].map((name) => join(folders, name)));
    assert.equal(datesOf(folders, { polarisation: "HH" }), ["20230105", "20230117"]);
  }));

test("bands and subdatasets without dates are listed and chosen", () =>
  withFolder((folder) => {
    const other = SAMPLES.map((value) => -value);
    for (const date of ["20230105", "20230117"]) {
      writeComplexTiff(join(folder, `${date}.tif`), SHAPE, [SAMPLES, other]);
    }
    assert.match(
      messageOf(folder),
      /20230105\.tif: found 2 images of 20230105, band 1, band 2, .*choose by --band 1$/,
    );
    assert.match(
      messageOf(folder, { band: 3 }),
      /found band 1, band 2, expected band 3; choose one that is there/,
    );
    assert.equal(datesOf(folder, { band: 2 }), ["20230105", "20230117"]);
  }));

test("LowBand and HighBand beside the full band, coregSLC beside merged/SLC, and real images are left out with a note", () =>
  withFolder((folder) => {
    const [bands, stack, mixed] = ["bands", "stack", "mixed"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    put(...["SLC/20230105", "LowBand/20230105", "HighBand/20230105"].map((name) => join(bands, name)));
    const [subBands, ...others] = notesOf(bands);
    assert.equal(others, []);
    assert.match(
      subBands!,
      /^note .*found 2 images of LowBand or HighBand, expected the full band, .*left out/,
    );
    rmSync(join(bands, "SLC"), { recursive: true });
    assert.match(
      messageOf(bands),
      /found 2 images of 20230105, .*expected one a date; name the folder of one stack only/,
    );
    put(
      ...["coregSLC/Coarse/20230117/20230117", "merged/SLC/20230105/20230105"].map((name) =>
        join(stack, name),
      ),
    );
    assert.equal(datesOf(stack), ["20230105"]);
    assert.match(notesOf(stack)[0]!, /^note .*found 1 image of coregSLC/);
    put(join(mixed, "20230105"));
    const real =
      '<VRTDataset rasterXSize="5" rasterYSize="6"><VRTRasterBand dataType="Float32" band="1"/></VRTDataset>';
    writeFileSync(join(mixed, "height.vrt"), real);
    assert.match(
      notesOf(mixed)[0]!,
      /height\.vrt: found 1 image of real values, expected complex samples; left out of the stack/,
    );
    rmSync(join(mixed, "20230105.slc.vrt"));
    assert.match(
      messageOf(mixed),
      /found Float32, an intensity or an amplitude, .*put intensities in a folder for `pila stats`/,
    );
  }));

test("two passes of a day are refused with both files", () =>
  withFolder((folder) => {
    put(join(folder, "20230105T051010"), join(folder, "20230105T171010"));
    assert.match(
      messageOf(folder),
      /found 2 images of 20230105 at different times, .*T051010\.slc\.vrt, .*T171010\.slc\.vrt, expected one a date; move the others away/,
    );
  }));

test("one file reached by two names of a date is one image, and a file of pixels finds its description", () =>
  withFolder((folder) => {
    put(join(folder, "a/20230105"));
    mkdirSync(join(folder, "b"));
    symlinkSync("../a/20230105.slc.vrt", join(folder, "b/20230105.slc.vrt"));
    assert.equal(datesOf(folder), ["20230105"]);
    writeFileSync(
      join(folder, "a/20230105.slc.hdr"),
      "ENVI\nsamples=5\nlines=6\nbands=1\ndata type=6\nbyte order=0\n",
    );
    rmSync(join(folder, "a/20230105.slc.vrt"));
    assert.equal(datesOf(join(folder, "a/20230105.slc")), ["20230105"]);
  }));

test("a VRT that leads back to itself is named, not followed", () =>
  withFolder((folder) => {
    for (const [name, other] of [
      ["a", "b"],
      ["b", "a"],
    ]) {
      const band = `<VRTRasterBand dataType="CFloat32" band="1"><SimpleSource><SourceFilename relativeToVRT="1">${other}.vrt</SourceFilename></SimpleSource></VRTRasterBand>`;
      writeFileSync(
        join(folder, `${name}.vrt`),
        `<VRTDataset rasterXSize="5" rasterYSize="6">${band}</VRTDataset>`,
      );
    }
    assert.match(messageOf(folder), /found a VRT that leads back to itself/);
  }));

test("no data that a VRT, a TIFF or an ENVI header declares is NaN, and so is what a mosaic does not cover", () =>
  withFolder((folder) => {
    const samples = SAMPLES.slice();
    samples.set([-9999, 0], 8);
    const kinds = ["vrt", "tiff", "envi", "hole"].map((name) => join(folder, name));
    for (const each of kinds) mkdirSync(each);
    const [vrt, tiff, envi, hole] = kinds as [string, string, string, string];
    const declared = "<NoDataValue>-9999</NoDataValue>";
    writeRaw(join(vrt, "x.slc"), SHAPE, samples);
    const raw = `<VRTRasterBand dataType="CFloat32" band="1" subClass="VRTRawRasterBand">${declared}<SourceFilename>x.slc</SourceFilename></VRTRasterBand>`;
    const size = 'rasterXSize="5" rasterYSize="6"';
    writeFileSync(join(vrt, "x.slc.vrt"), `<VRTDataset ${size}>${raw}</VRTDataset>`);
    writeComplexTiff(join(tiff, "x.tif"), SHAPE, [samples], { nodata: "-9999" });
    writeRaw(join(envi, "x.slc"), SHAPE, samples);
    writeFileSync(
      join(envi, "x.hdr"),
      "ENVI\nsamples=5\nlines=6\ndata type=6\nbyte order=0\ndata ignore value = -9999\n",
    );
    // Rows 1 and on are drawn: the first is the background.
    writeRaw(join(hole, ".part"), { azimuth: 5, range: 5 }, samples.slice(10));
    writeVrt(join(hole, ".part.vrt"), { azimuth: 5, range: 5 }, ".part");
    const drawn = `<SimpleSource><SourceFilename relativeToVRT="1">.part.vrt</SourceFilename><SrcRect xOff="0" yOff="0" xSize="5" ySize="5"/><DstRect xOff="0" yOff="1" xSize="5" ySize="5"/></SimpleSource>`;
    writeFileSync(
      join(hole, "x.vrt"),
      `<VRTDataset ${size}><VRTRasterBand dataType="CFloat32" band="1">${declared}${drawn}</VRTRasterBand></VRTDataset>`,
    );
    for (const each of kinds) {
      const reader = new PlaneReader(openSlcStack(each).scenes.map(({ source }) => source));
      const values = reader.values(0, { row: 0, rows: 6, column: 0, columns: 5 });
      reader.close();
      const missing = [...values.keys()].filter((i) => Number.isNaN(values[i]));
      assert.equal(missing, each === hole ? [0, 2, 4, 6, 8] : [8], each);
      assert.equal([...values.subarray(10)], [...samples.subarray(10)], each);
    }
  }));

test("without GDAL's library, what needs it is named with the format and the one command to run", () =>
  withFolder((folder) => {
    writeComplexTiff(join(folder, "20230105.tif"), SHAPE, [SAMPLES]);
    writeFileSync(join(folder, "20230105.tif.msk"), "");
    const { code, stderr } = runPila(["fused", folder, join(folder, "m"), join(folder, "s")], {
      PILA_GDAL_LIBRARY: join(folder, "none.so"),
    });
    assert.is(code, 1);
    assert.match(
      stderr,
      /20230105\.tif: found a TIFF with a mask or sidecars and no libgdal .*, expected plain bytes or GDAL's library; correct or unset PILA_GDAL_LIBRARY/,
    );
  }));

test.run();
