import { symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findScenes, openSlcStack } from "../../src/io/folders";
import { isceXmlOf, randomSamples, withFolder, writeSlc, writeVrt } from "./slcFile.fixture";

const SHAPE = { azimuth: 6, range: 5 };
const SAMPLES = randomSamples(SHAPE, 1);

/** The message of the one date of a folder. */
function problemOf(folder: string): string {
  const [found] = findScenes(folder);
  return found!.problem?.message ?? "no problem";
}

test("a VRT and an XML of one stem are one date, read from the VRT; dates are in name order", () =>
  withFolder((folder) => {
    for (const date of ["20200103", "20200101", "20200102"]) {
      writeSlc(folder, date, SHAPE, SAMPLES, { imageOffset: 16 });
      writeFileSync(join(folder, `${date}.slc.xml`), isceXmlOf({ azimuth: 3, range: 3 }, false));
    }
    const { scenes, shape } = openSlcStack(folder);
    assert.equal(shape, SHAPE);
    assert.equal(
      scenes.map(({ date, source }) => [date, source.by === "bytes" && source.dataOffset]),
      [
        ["20200101", 16],
        ["20200102", 16],
        ["20200103", 16],
      ],
    );
  }));

test("elements and attributes are matched without case, a byte order mark is skipped, and what is absent takes GDAL's defaults", () =>
  withFolder((folder) => {
    writeSlc(folder, "d", SHAPE, SAMPLES);
    writeFileSync(
      join(folder, "d.slc.vrt"),
      `\uFEFF<vrtdataset RASTERXSIZE="5" rasterysize="6"><VRTRASTERBAND DataType="CFloat32" subclass="VRTRawRasterBand">
        <sourcefilename>d.slc</sourcefilename></VRTRASTERBAND></vrtdataset>`,
    );
    const { source } = openSlcStack(folder).scenes[0]!;
    assert.equal(
      { ...source, path: "" },
      {
        by: "bytes",
        path: "",
        kind: "complex64",
        wholeNumbers: false,
        shape: SHAPE,
        dataOffset: 0,
        pixelStride: 8,
        rowStride: 40,
        bigEndian: false,
        strips: null,
        nodata: null,
      },
    );
  }));

test("what is wrong with a description is said with what was found and what was expected", async () => {
  const vrt = (band: string, size = 'rasterXSize="5" rasterYSize="6"'): string =>
    `<VRTDataset ${size}>${band}</VRTDataset>`;
  const band = (inside: string, type = "CFloat32", kind = "VRTRawRasterBand"): string =>
    `<VRTRasterBand dataType="${type}" subClass="${kind}">${inside}</VRTRasterBand>`;
  const source = "<SourceFilename>d.slc</SourceFilename>";
  const cases: readonly (readonly [string, RegExp])[] = [
    [vrt(band(source, "Float32")), /found Float32, an intensity or an amplitude, expected complex samples/],
    [vrt(""), /found a VRT of 0 bands/],
    [vrt(band("")), /found no SourceFilename/],
    [
      vrt(
        band(
          "<SimpleSource><SourceFilename>gone.slc</SourceFilename></SimpleSource>",
          "CFloat32",
          "VRTSourcedRasterBand",
        ),
      ),
      /found no source .*gone\.slc, expected the pixels there/,
    ],
    [vrt(band("<SourceFilename>other.slc</SourceFilename>")), /found no data file .*other.slc/],
    [vrt(band(`${source}<ByteOrder>PDP</ByteOrder>`)), /found ByteOrder PDP, expected LSB or MSB/],
    [vrt(band(`${source}<PixelOffset>4</PixelOffset>`)), /found PixelOffset 4 and LineOffset 20/],
    [vrt(band(`${source}<LineOffset>39</LineOffset>`)), /found PixelOffset 8 and LineOffset 39/],
    [vrt(band(`${source}<ImageOffset>-8</ImageOffset>`)), /found size 6 x 5, ImageOffset -8/],
    [
      vrt(band(source), 'rasterXSize="5" rasterYSize="7"'),
      /found 240 bytes, expected 280 for 7 x 5 complex64 samples/,
    ],
    [vrt(band(`${source}<ImageOffset>1</ImageOffset>`)), /found 240 bytes, expected 241/],
    ["<kml></kml>", /found an XML document <kml>/],
    ["sensor: ALOS", /found broken XML \(.*\), expected a VRT or ISCE2 description/],
    ["\0\x05\x16\x07", /found binary data, expected an ISCE2 description/],
    [isceXmlOf(SHAPE, false).replace("CFLOAT", "SHORT"), /found SHORT, an intensity or an amplitude/],
    [isceXmlOf(SHAPE, false).replace('"length"', '"height"'), /found no property length/],
    [
      isceXmlOf(SHAPE, false).replace("<value>l</value>", "<value>x</value>"),
      /found byte_order x, expected l or b/,
    ],
  ];
  for (const [text, message] of cases) {
    await withFolder((folder) => {
      writeSlc(folder, "d", SHAPE, SAMPLES);
      writeFileSync(join(folder, "d.slc.vrt"), text);
      assert.match(problemOf(folder), message);
    });
  }
});

test("a truncated file is named with both sizes, a link that leads nowhere as such", async () => {
  await withFolder((folder) => {
    writeSlc(folder, "d", SHAPE, SAMPLES);
    truncateSync(join(folder, "d.slc"), 232);
    assert.match(problemOf(folder), /d.slc: found 232 bytes, expected 240/);
  });
  await withFolder((folder) => {
    symlinkSync("nowhere", join(folder, "d.slc.vrt"));
    assert.match(problemOf(folder), /found a link that leads nowhere/);
  });
});

test("the date whose shape is not that of the others carries the problem", () =>
  withFolder((folder) => {
    for (const date of ["a", "b", "c"]) writeSlc(folder, date, SHAPE, SAMPLES);
    writeVrt(join(folder, "a.slc.vrt"), { azimuth: 5, range: 5 }, "a.slc");
    assert.equal(
      findScenes(folder).map(({ date, problem }) => [date, problem?.name]),
      [
        ["a", "ShapeError"],
        ["b", undefined],
        ["c", undefined],
      ],
    );
    assert.throws(
      () => openSlcStack(folder),
      /found 5 x 5, expected 6 x 5 as the other dates \(2 of 6 x 5, 1 of 5 x 5\)/,
    );
  }));

test.run();
