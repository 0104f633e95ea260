import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { backendMissing } from "../backends/available.fixture";
import { assertSameBytes } from "../io/product.fixture";
import { randomSamples, withFolder, writeSlc } from "../io/slcFile.fixture";
import { testUnless } from "../testUnless";
import { CLI, runPila } from "./cli.fixture";

const SAMPLE = join(__dirname, "../../../data-prep/sample");

/** Runs a line of a shell in a folder; `pila` is the command. */
function runShell(line: string, cwd: string): { status: number | null; stdout: string; stderr: string } {
  const pila = `pila() { ${process.execPath} ${CLI} "$@"; }`;
  return spawnSync("bash", ["-c", `${pila}\n${line}`], { cwd, encoding: "utf8" });
}

test("more dates than the process may open files give the bytes of any other limit, in every backend", () =>
  withFolder((folder) => {
    const shape = { azimuth: 8, range: 8 };
    for (let date = 0; date < 150; date++) {
      writeSlc(join(folder, "slc"), `2${String(date).padStart(7, "0")}`, shape, randomSamples(shape, date));
    }
    assert.is(
      runPila(["fused", join(folder, "slc"), join(folder, "m"), join(folder, "s"), "--looks", "1"]).code,
      0,
    );
    for (const limit of [128, 32]) {
      const lines = [
        `pila prep slc in${limit} --looks 1 --workers 2`,
        "pila fused slc fused-m fused-s --looks 1 --workers 2",
        ...["sec", "threads", "mp", "mp_v2", "mp_mem"].map(
          (id) => `pila stats ${id} in${limit} ${id}-m ${id}-s --workers 2`,
        ),
      ];
      const { status, stderr } = runShell(`ulimit -n ${limit}\nset -e\n${lines.join("\n")}`, folder);
      assert.is(status, 0, `${limit}: ${stderr}`);
      for (const id of ["fused", "sec", "threads", "mp", "mp_v2", "mp_mem"]) {
        assertSameBytes(join(folder, `${id}-m`), join(folder, "m"), `${id}, ${limit} files`);
        assertSameBytes(join(folder, `${id}-s`), join(folder, "s"), `${id}, ${limit} files`);
      }
    }
  }));

test("what the system refuses comes with the file, its meaning and the next step, and nothing is left", () =>
  withFolder((folder) => {
    const refused = (line: string, pattern: RegExp): void => {
      const { status, stderr } = runShell(line, folder);
      assert.is(status, 1, `${line}: ${stderr}`);
      assert.match(stderr, pattern);
      assert.not.match(stderr, /^\s+at /m);
    };
    const limit =
      /^pila: FileError: out\/m\.tif: found the largest file size .*; raise it \(ulimit -f\) .*\(EFBIG\)$/m;
    refused(`ulimit -f 1\npila fused ${SAMPLE} out/m.tif out/s.tif --workers 1`, limit);
    assert.equal(readdirSync(join(folder, "out")), []);
    const written = `pila fused ${SAMPLE} m.tif s.tif && pila verify m.tif m.tif > /dev/full`;
    refused(written, /^pila: FileError: standard output: found no room left on the disk.*\(ENOSPC\)$/m);
  }));

test("a reader that stops ends a command without a word", () =>
  withFolder((folder) => {
    for (let date = 0; date < 40; date++) {
      writeSlc(
        folder,
        `2024${1000 + date}`,
        { azimuth: 4, range: 4 },
        randomSamples({ azimuth: 4, range: 4 }, date),
      );
    }
    for (const line of [`inspect ${folder}`, `inspect ${folder} --json`, "bench --help"]) {
      const { status, stderr } = runShell(`set -o pipefail\npila ${line} | true`, folder);
      assert.equal(stderr, "", line);
      assert.ok(status === 0 || status === 141, `${line}: ${status}`);
    }
  }));

testUnless(backendMissing("mpi"))(
  "a job of one rank is no job: mpi launches its own, other commands run",
  () =>
    withFolder((folder) => {
      const at = (name: string): string => join(folder, name);
      assert.is(runPila(["prep", SAMPLE, at("in")], { PMIX_RANK: "0" }).code, 0);
      assert.is(runPila(["stats", "sec", at("in"), at("m"), at("s")]).code, 0);
      for (const env of [
        { OMPI_COMM_WORLD_SIZE: "1", OMPI_COMM_WORLD_RANK: "0", OMPI_UNIVERSE_SIZE: "1" },
        { PMI_RANK: "0", PMI_SIZE: "1" },
        { PMIX_RANK: "0" },
      ]) {
        const words = ["stats", "mpi", at("in"), at("m1"), at("s1"), "--workers", "2", "--json"];
        const { code, stdout, stderr } = runPila(words, env);
        assert.is(code, 0, stderr);
        assert.is((JSON.parse(stdout) as { workers: number }).workers, 2);
        assertSameBytes(at("m1"), at("m"), JSON.stringify(env));
      }
    }),
);

test("a simulation overwrites no image that it did not make", () =>
  withFolder((folder) => {
    mkdirSync(join(folder, "20230105"));
    writeFileSync(join(folder, "20230105", "20230105.slc"), "mine");
    const { code, stderr } = runPila(["simulate", folder, "--dates", "1", "--size", "32x32"]);
    assert.is(code, 1);
    assert.match(stderr, /20230105\.slc: found an image beside no truth\.json, expected none/);
    assert.equal(readdirSync(join(folder, "20230105")), ["20230105.slc"]);
  }));

test.run();
