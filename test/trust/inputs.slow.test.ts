// Files that wait, never end, or cost far more than they are: refused by name, at once and in little memory.
import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CLI } from "../commands/cli.fixture";
import { withFolder } from "../io/slcFile.fixture";
import { runPrepare } from "../pipeline/run.fixture";
import { writeWhole } from "./hostile.fixture";

const SAMPLE = join(__dirname, "../../../data-prep/sample");
const PEAK = join(__dirname, "../commands/peakMemory.fixture.js");

/** Of one file; the machine may be shared. */
const MOST_SECONDS = 10;
const MOST_BYTES = 300 * 2 ** 20;
/** What none of them may be slower than by itself: processor seconds. */
const MOST_PROCESSOR_SECONDS = 4;

/** Runs a command that has to end by a named error, soon and small; returns what it says. */
function refusalOf(args: readonly string[]): string {
  const { status, signal, stderr } = spawnSync(
    "/bin/sh",
    [
      "-c",
      `ulimit -t ${MOST_PROCESSOR_SECONDS}; exec "$@"`,
      "sh",
      process.execPath,
      "--require",
      PEAK,
      CLI,
      ...args,
    ],
    {
      encoding: "utf8",
      timeout: MOST_SECONDS * 1000,
      killSignal: "SIGKILL",
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  assert.is(status, 1, `${args.join(" ")}: ${signal} ${stderr}`);
  assert.match(stderr, /^pila: (Format|Record)Error: /);
  assert.not.match(stderr, /\n {4}at /);
  const [, peak] = /peak (\d+)/.exec(stderr) ?? [];
  assert.ok(Number(peak) < MOST_BYTES, `${peak} bytes`);
  return stderr;
}

function makePipe(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  assert.is(spawnSync("mkfifo", [path]).status, 0);
}

const makeDevice = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync("/dev/zero", path);
};

/** A file of this beginning that is said to be so long; it takes no room on the disk. */
function makeLong(path: string, head: string, bytes: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, head);
  truncateSync(path, bytes);
}

async function makeCrops(folder: string): Promise<string> {
  const crops = join(folder, "crops");
  await runPrepare(SAMPLE, crops, { looks: { azimuth: 4, range: 4 }, crop: null, nodata: "zero" }, 1);
  return crops;
}

const DRAWN = `<VRTDataset rasterXSize="8" rasterYSize="8"><VRTRasterBand dataType="CFloat32" band="1"><SimpleSource><SourceFilename relativeToVRT="1">20200101.slc</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>`;

const stats = (crops: string): string[] => [
  "stats",
  "sec",
  crops,
  join(crops, "../m.tif"),
  join(crops, "../s.tif"),
];

for (const [what, make] of [
  ["pipe", makePipe],
  ["device", makeDevice],
] as const) {
  test(`a ${what} in the place of a description, crop, sidecar, record or table is named and not waited for`, () =>
    withFolder(async (folder) => {
      const vrt = join(folder, "vrt");
      make(join(vrt, "20200101.slc"));
      writeFileSync(join(vrt, "20200101.slc.vrt"), DRAWN);
      assert.match(refusalOf(["inspect", vrt]), `found a ${what}`);

      for (const kind of ["CFloat64", "Float64"]) {
        const gdal = join(folder, kind);
        make(join(gdal, "20200101.slc"));
        writeFileSync(join(gdal, "20200101.vrt"), DRAWN.replace("CFloat32", kind));
        const command = kind === "CFloat64" ? ["inspect", gdal] : stats(gdal);
        assert.match(refusalOf(command), "found the source 20200101.slc, expected a file");
      }

      const header = join(folder, "header");
      make(join(header, "a.slc.hdr"));
      writeFileSync(join(header, "a.slc"), Buffer.alloc(512, 1));
      assert.match(refusalOf(["inspect", join(header, "a.slc")]), `a.slc.hdr: found a ${what}`);

      const lone = join(folder, "lone");
      make(join(lone, "a_int_crop.tif"));
      assert.match(refusalOf(stats(lone)), `a_int_crop.tif: found a ${what}`);

      const crops = await makeCrops(folder);
      make(join(crops, "20230319_int_crop.tif.aux.xml"));
      assert.match(refusalOf(stats(crops)), `aux.xml: found a ${what}`);
      renameSync(join(crops, "20230319_int_crop.tif.aux.xml"), join(folder, "moved"));
      renameSync(join(crops, "pila-prep.json"), join(folder, "kept"));
      make(join(crops, "pila-prep.json"));
      assert.match(refusalOf(stats(crops)), `pila-prep.json: found a ${what}`);

      const table = join(folder, "table.csv");
      make(table);
      assert.match(refusalOf(["plot", table]), `table.csv: found a ${what}`);
    }));
}

test("records that are pipes, or links to what lies elsewhere, are named and not read", () =>
  withFolder((folder) => {
    for (const name of ["env.json", "runs.jsonl", "spans.jsonl"]) {
      const run = join(folder, name.replace(".", "-"));
      mkdirSync(run);
      writeWhole(run);
      renameSync(join(run, name), join(folder, `moved-${name}`));
      symlinkSync(join(folder, `moved-${name}`), join(run, name));
      assert.match(refusalOf(["plot", run]), `${name}: found a link to ${join(folder, `moved-${name}`)}`);
      renameSync(join(run, name), join(folder, `link-${name}`));
      makePipe(join(run, name));
      assert.match(refusalOf(["compare", run, run]), `${name}: found a pipe`);
    }
  }));

test("descriptions, sidecars and records of 1.5 GB are refused before they are read", () =>
  withFolder(async (folder) => {
    const long = 1_500_000_000;
    const blank = " ".repeat(8192);
    makeLong(join(folder, "vrt/a.slc.vrt"), `<VRTDataset>${blank}`, long);
    assert.match(
      refusalOf(["inspect", join(folder, "vrt")]),
      `found ${long} bytes, expected a description of at most`,
    );
    makeLong(join(folder, "hdr/a.slc.hdr"), `ENVI\n${blank}`, long);
    assert.match(refusalOf(["inspect", join(folder, "hdr")]), `found ${long} bytes`);
    makeLong(join(folder, "real/a.vrt"), `<VRTDataset>${blank}`, long);
    assert.match(refusalOf(stats(join(folder, "real"))), `found ${long} bytes`);
    const crops = await makeCrops(folder);
    makeLong(join(crops, "20230319_int_crop.tif.aux.xml"), " ", long);
    assert.match(refusalOf(stats(crops)), `aux.xml: found ${long} bytes`);
    rmSync(join(crops, "20230319_int_crop.tif.aux.xml"));
    makeLong(join(crops, "pila-prep.json"), " ", long);
    assert.match(refusalOf(stats(crops)), `pila-prep.json: found ${long} bytes`);
    const run = join(folder, "run");
    mkdirSync(run);
    writeWhole(run);
    for (const [name, says] of [
      ["spans.jsonl", /spans\.jsonl:1: found a line of more than \d+ bytes/],
      ["runs.jsonl", /runs\.jsonl:1: found a line of more than \d+ bytes/],
      ["env.json", /env\.json: found 1500000000 bytes/],
    ] as const) {
      makeLong(join(run, name), " ", long);
      assert.match(refusalOf(["plot", run]), says);
    }
    makeLong(join(folder, "table.csv"), "backend\ttiempo\n", long);
    assert.match(refusalOf(["plot", join(folder, "table.csv")]), `found ${long} bytes`);
  }));

for (const [what, name, text] of [
  [
    "100,000 elements in each other",
    "a.slc.vrt",
    `<VRTDataset>${"<a>".repeat(1e5)}${"</a>".repeat(1e5)}</VRTDataset>`,
  ],
  ["as many that never end", "a.slc.xml", `<imageFile>${"<component>".repeat(1e5)}`],
  ["900,000 elements", "a.slc.vrt", `<VRTDataset>${"<a/>".repeat(9e5)}</VRTDataset>`],
  [
    "300,000 attributes",
    "a.slc.vrt",
    `<VRTDataset ${Array.from({ length: 3e5 }, (_, i) => `a${i}=""`).join(" ")}/>`,
  ],
  ["a header of blanks", "a.slc.hdr", `ENVI\n${" ".repeat(3e6)}`],
  ["a header of open braces", "a.slc.hdr", `ENVI\n${"a={\n".repeat(9e5)}`],
  ["a name of blanks", "a.slc.hdr", `ENVI\na${" ".repeat(3e6)}\n`],
  ["GAMMA parameters of blanks", "a.slc.par", `range_samples: 8\nx:a${" ".repeat(3e6)}b\n`],
  ["GAMMA parameters of empty lines", "a.slc.par", `range_samples: 8\nx${"\n".repeat(3e6)}b\n`],
  ["ROI_PAC parameters of blanks", "a.slc.rsc", `FILE_LENGTH 8\nx a${" ".repeat(3e6)}b\n`],
] as const) {
  test(`${what}: an error within the processor time and memory of an honest file`, () =>
    withFolder((folder) => {
      writeFileSync(join(folder, "a.slc"), Buffer.alloc(512, 1));
      writeFileSync(join(folder, name), text);
      refusalOf(["inspect", folder]);
    }));
}

test.run();
