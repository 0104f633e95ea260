import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../../src/commands/registry";
import { withFolder } from "../io/slcFile.fixture";
import { type Ended, runPila } from "./cli.fixture";

const SAMPLE = join(__dirname, "../../../data-prep/sample");

/** One line `pila: NAME: …`, nothing on stdout, no stack. */
function assertFailed({ code, stdout, stderr }: Ended, expected: number, error: RegExp): void {
  assert.is(code, expected, stderr);
  assert.is(stdout, "");
  assert.match(stderr, error);
  assert.match(stderr, /^pila: \w+Error: [^\n]+\n$/);
}

test("usage errors exit with 2 and say what was found and expected", () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [["frobnicate"], /UsageError: found frobnicate, expected one of simulate, /],
    [["prep", "a"], /found 1 words after prep, expected SLC_DIR INTENS/],
    [
      ["stats", "gpu", "a", "b", "c"],
      /found backend gpu, expected one of sec, mp, mp_v2, mp_mem, mpi, threads/,
    ],
    [["prep", SAMPLE, "x", "--loks", "4"], /--loks/],
    [["prep", SAMPLE, "x", "--looks", "0"], /found --looks 0, expected N or AxR/],
    [["prep", SAMPLE, "x", "--looks", "4x"], /found --looks 4x/],
    [["prep", SAMPLE, "x", "--crop", "1,2,3"], /found --crop 1,2,3, expected ROWS,COLS,ROW0,COL0/],
    [["prep", SAMPLE, "x", "--crop", "1,2,3,1.5"], /found --crop 1,2,3,1.5/],
    [["prep", SAMPLE, "x", "--nodata", "zeros"], /found --nodata zeros, expected zero or none/],
    [
      ["stats", "sec", "a", "b", "c", "--workers", "0"],
      /found --workers 0, expected a whole number from 1 to 1024/,
    ],
    [["stats", "sec", "a", "b", "c", "--workers", "1025"], /found --workers 1025/],
    [
      ["stats", "sec", "a", "b", "c", "--workers", "1", "--workers", "2"],
      /found --workers 2 times, expected it once/,
    ],
    [["stats", "mpi", "a", "b", "c", "--split", "columns"], /found --split columns, expected dates or rows/],
    [["verify", "a", "b", "--rtol", "x"], /found --rtol x/],
    [["verify", "a", "b", "c"], /found STD_A alone/],
  ];
  for (const [args, error] of cases) assertFailed(runPila(args), 2, error);
});

test("data errors exit with 1 and name the file, what was found, what was expected and the next step", () =>
  withFolder((folder) => {
    mkdirSync(join(folder, "empty"));
    mkdirSync(join(folder, "broken"));
    writeFileSync(join(folder, "broken/1.slc.vrt"), "<VRTDataset");
    const out = (name: string): string => join(folder, "out", name);
    const cases: readonly (readonly [string[], RegExp])[] = [
      [
        ["prep", join(folder, "nowhere"), out("i")],
        /FormatError: .*nowhere: found no readable folder, expected one; /,
      ],
      [
        ["prep", join(folder, "empty"), out("i")],
        /empty: found an empty folder, expected DATE.slc.vrt .*; name the folder of the dates/,
      ],
      [["prep", join(folder, "broken"), out("i")], /1.slc.vrt: found broken XML .*, expected a VRT or ISCE2/],
      [
        ["fused", SAMPLE, out("m"), out("s"), "--looks", "100"],
        /ShapeError: found an image of 84 x 338 pixels/,
      ],
      [
        ["stats", "sec", join(folder, "empty"), out("m"), out("s")],
        /found no \*_int_crop.tif.* `pila prep SLC_DIR /,
      ],
      [
        ["verify", join(folder, "a.tif"), join(folder, "b.tif")],
        /a.tif: found no readable file, expected an image; check the path/,
      ],
    ];
    for (const [args, error] of cases) assertFailed(runPila(args), 1, error);
    assert.not.ok(existsSync(join(folder, "out")));
  }));

test("a crop outside the looked image is a ShapeError that names its shape and the largest window, and writes nothing", () =>
  withFolder((folder) => {
    const [intens, mean, std] = ["intens", "mean.tif", "std.tif"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const error =
      /^pila: ShapeError: found crop 1024,1024,0,0 \(rows,cols,row0,col0\), expected a window inside the looked image of 21 x 84; the largest window that fits from that corner is --crop 21,84,0,0\n$/;
    assertFailed(runPila(["prep", SAMPLE, intens, "--crop", "1024,1024,0,0"]), 1, error);
    assertFailed(
      runPila(["fused", SAMPLE, mean, std, "--crop", "1024,1024,0,0", "--workers", "3"]),
      1,
      error,
    );
    assertFailed(
      runPila(["fused", SAMPLE, mean, std, "--crop", "0,0,0,0"]),
      1,
      /found crop 0,0,0,0 .*--crop 21,84,0,0/,
    );
    assert.equal(readdirSync(folder), []);
  }));

test("results go to stdout as one JSON object with --json, words to stderr without, nothing with --quiet", () =>
  withFolder((folder) => {
    const [intens, mean, std, mean2, std2] = ["i", "m", "s", "m2", "s2"].map((name) =>
      join(folder, name),
    ) as [string, string, string, string, string];
    const prep = runPila(["prep", SAMPLE, intens, "--looks", "2x3", "--workers", "2", "--json"]);
    assert.is(prep.stderr, "");
    const made = JSON.parse(prep.stdout) as {
      shape: unknown;
      dates: string[];
      workers: number;
      usage: { bytesRead: number };
    };
    assert.equal(made.shape, { azimuth: 42, range: 112 });
    assert.equal(made.dates, ["20230319", "20230331"]);
    assert.is(made.workers, 2);
    assert.ok(made.usage.bytesRead >= 2 * 84 * 336 * 8);

    const stats = runPila(["stats", "sec", intens, mean, std, "--json"]);
    const { backend, outputs, prediction } = JSON.parse(stats.stdout) as Record<string, unknown>;
    assert.equal([backend, outputs], ["sec", { mean, std, count: null }]);
    assert.ok((prediction as { secondsAlone: number }).secondsAlone > 0);
    assert.is(stats.stdout.trimEnd().split("\n").length, 1);

    const fused = runPila(["fused", SAMPLE, mean2, std2, "--looks", "2x3"]);
    assert.equal([fused.code, fused.stdout], [0, ""]);
    assert.match(fused.stderr, /^fused: 2 dates of 42 x 112, \d+ worker\(s\), [\d.]+ s\n$/);
    assert.equal(runPila(["fused", SAMPLE, mean2, std2, "--looks", "2x3", "--quiet"]), {
      code: 0,
      stdout: "",
      stderr: "",
    });

    const same = runPila(["verify", mean, mean2, std, std2, "--json"]);
    assert.is(same.code, 0);
    assert.is((JSON.parse(same.stdout) as { equal: boolean }).equal, true);
    const differ = runPila(["verify", mean, std, "--json"]);
    assert.is(differ.code, 1);
    assert.is((JSON.parse(differ.stdout) as { equal: boolean }).equal, false);
    assert.match(differ.stderr, /^pila: VerifyError: .*found 4704 of 4704 pixels that differ/);
  }));

test("an error shows its stack only with --debug", () => {
  const args = ["prep", "/nowhere", "/nowhere/out"];
  assert.not.match(runPila(args).stderr, /^\s+at /m);
  assert.match(runPila([...args, "--debug"]).stderr, /^\s+at /m);
});

test("help names every command and every option, on stdout with 0; no word at all is usage", () => {
  const help = runPila(["--help"]);
  assert.is(help.code, 0);
  for (const name of Object.keys(COMMANDS)) assert.match(help.stdout, new RegExp(`^ +${name} +\\w`, "m"));
  const stats = runPila(["stats", "--help"]);
  assert.is(stats.code, 0);
  for (const option of ["workers", "count", "split", "json", "quiet"])
    assert.match(stats.stdout, `--${option}`);
  assert.is(runPila([]).code, 2);
});

test.run();
