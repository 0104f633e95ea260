import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { backendMissing } from "../backends/available.fixture";
import { assertSameBytes } from "../io/product.fixture";
import { pythonMissing, runPython } from "../io/python.fixture";
import { randomSamples, uniform, withFolder, writeRaw, writeSlc } from "../io/slcFile.fixture";
import { LAUNCHERS } from "../parallel/mpi/launchers";
import { TEST_STACKS } from "../pipeline/stacks.fixture";
import { testUnless } from "../testUnless";
import { CLI, type Ended, runPila, temporaryFiles } from "./cli.fixture";

const SAMPLE = join(__dirname, "../../../data-prep/sample");
/** What Open MPI, 4 and 5, wants of root and of more ranks than cores. */
const ENV = {
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_rmaps_base_oversubscribe: "1",
  PRTE_ALLOW_RUN_AS_ROOT: "1",
  PRTE_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  PRTE_MCA_rmaps_default_mapping_policy: ":oversubscribe",
};

/** Runs a command as ranks that somebody starts by hand. */
function runRanks(ranks: number, args: readonly string[], launcher = "mpiexec", env: object = {}): Ended {
  const words = ["-n", String(ranks), process.execPath, CLI, ...args];
  const { status, stdout, stderr } = spawnSync(launcher, words, {
    encoding: "utf8",
    env: { ...process.env, ...ENV, ...env },
  });
  return { code: status, stdout, stderr };
}

/** Five dates of deflated tiles of 16 x 16, which bands of rows cut, and not all of one width of samples. */
function makeTiles(folder: string): string {
  const shape = { azimuth: 83, range: 61 };
  const slc = join(folder, "tiles");
  mkdirSync(slc);
  const images = [0, 1, 2, 3, 4].map((date) => {
    const raw = join(folder, `${date}.raw`);
    writeRaw(raw, shape, randomSamples(shape, date));
    return [join(slc, `2023010${date + 1}.tif`), raw, date % 2 === 0 ? "complex64" : "complex_int16"];
  });
  const write = `
import json, sys, numpy, rasterio, warnings
warnings.simplefilter("ignore")
for path, raw, dtype in json.load(sys.stdin):
    values = numpy.fromfile(raw, "complex64").reshape(${shape.azimuth}, ${shape.range})
    with rasterio.open(path, "w", driver="GTiff", width=${shape.range}, height=${shape.azimuth}, count=1, dtype=dtype,
                       tiled=True, blockxsize=16, blockysize=16, compress="deflate") as image:
        image.write(numpy.round(100 * values) if dtype == "complex_int16" else values, 1)
`;
  runPython(write, images);
  return slc;
}

const odd = TEST_STACKS.find(({ name }) => name.startsWith("seven dates"))!;
// With more ranks than dates.
const STACKS = [
  { name: odd.name, missing: undefined, make: odd.make, options: ["--looks", "2x3"], ranks: [2, 3, 5, 8] },
  {
    name: "deflated tiles",
    missing: pythonMissing,
    make: makeTiles,
    options: ["--looks", "1x1"],
    ranks: [3, 8],
  },
] as const;
for (const { title, names, missing } of LAUNCHERS) {
  const launcher = names?.[0] ?? "mpiexec";
  for (const stack of STACKS) {
    testUnless(missing ?? stack.missing)(
      `${title}: ranks share prep, stats and fused of ${stack.name} and give the bytes of sec`,
      () =>
        withFolder(async (folder) => {
          const at = (name: string): string => join(folder, name);
          const slc = await stack.make(folder);
          assert.is(runPila(["prep", slc, at("in"), ...stack.options]).code, 0);
          assert.is(runPila(["stats", "sec", at("in"), at("m"), at("s"), "--count", at("c")]).code, 0);
          const dates = readdirSync(at("in")).length - 1;
          const check = (ranks: number, words: readonly string[], workers = ranks): void => {
            const what = `${ranks} ranks: ${words.join(" ")}`;
            const products = [at("m1"), at("s1"), "--count", at("c1"), "--json"];
            const { code, stdout, stderr } = runRanks(ranks, [...words, ...products], launcher);
            assert.is(code, 0, `${what}: ${stderr}`);
            // One rank speaks for all.
            const said = JSON.parse(stdout) as { workers: number; dates: readonly string[] };
            assert.equal([said.workers, said.dates.length], [workers, dates], what);
            for (const name of ["m", "s", "c"]) assertSameBytes(at(`${name}1`), at(name), what);
          };
          for (const ranks of stack.ranks) {
            for (const split of ["rows", "dates"]) {
              check(ranks, ["fused", slc, ...stack.options, "--split", split]);
            }
          }
          check(3, ["stats", "mpi", at("in")]);
          check(5, ["stats", "mpi", at("in"), "--split", "rows"]);
          check(2, ["fused", slc, ...stack.options, "--workers", "2"], 4);
          for (const [ranks, split] of [
            [3, "dates"],
            [8, "dates"],
            [3, "rows"],
          ] as const) {
            const out = at(`in-${ranks}-${split}`);
            const words = ["prep", slc, out, ...stack.options, "--split", split];
            const { code, stderr } = runRanks(ranks, words, launcher);
            assert.is(code, 0, stderr);
            assert.equal(readdirSync(out), readdirSync(at("in")));
            // The manifest too: the sources have not changed.
            for (const name of readdirSync(out)) assertSameBytes(join(out, name), join(at("in"), name), name);
          }
          assert.equal(temporaryFiles(folder), []);
        }),
    );
  }

  testUnless(missing)(`${title}: fused and prep launch ranks on the hosts that are named`, () =>
    withFolder((folder) => {
      const at = (name: string): string => join(folder, name);
      assert.is(runPila(["fused", SAMPLE, at("m"), at("s")]).code, 0);
      assert.is(runPila(["prep", SAMPLE, at("in")]).code, 0);
      // The launcher that comes first in PATH is taken.
      const bin = at("bin");
      mkdirSync(bin);
      writeFileSync(join(bin, "mpiexec"), `#!/bin/sh\nexec ${launcher} "$@"\n`, { mode: 0o755 });
      const env = names === undefined ? {} : { PATH: `${bin}:${process.env.PATH}` };
      // Left over from another job: what a launcher tells its ranks would mislead a launcher.
      const left = {
        OMPI_UNIVERSE_SIZE: "4",
        OMPI_COMM_WORLD_SIZE: "1",
        PMIX_NAMESPACE: "gone",
        PMI_FD: "9",
      };
      const hosts = ["--hosts", "localhost:3"];
      const { code, stderr, stdout } = runPila(["fused", SAMPLE, at("m1"), at("s1"), ...hosts, "--json"], {
        ...env,
        ...left,
      });
      assert.is(code, 0, stderr);
      assert.is((JSON.parse(stdout) as { workers: number }).workers, 3);
      for (const name of ["m", "s"]) assertSameBytes(at(`${name}1`), at(name));
      const prep = runPila(["prep", SAMPLE, at("in1"), ...hosts], env);
      assert.is(prep.code, 0, prep.stderr);
      for (const name of readdirSync(at("in"))) assertSameBytes(join(at("in1"), name), join(at("in"), name));
    }),
  );
}

testUnless(backendMissing("mpi"))(
  "cells that states leave undecided are read again from SLC images, looks taken",
  () =>
    withFolder((folder) => {
      const at = (name: string): string => join(folder, name);
      const shape = { azimuth: 64, range: 32 };
      mkdirSync(at("slc"));
      const next = uniform(3);
      for (const date of ["20230101", "20230102", "20230103"]) {
        const samples = Float32Array.from({ length: 2 * 64 * 32 }, () => 10 ** (36 * next() - 18));
        writeSlc(at("slc"), date, shape, samples);
      }
      for (const looks of ["1", "2x2", "3x5"]) {
        assert.is(runPila(["fused", at("slc"), at("m"), at("s"), "--looks", looks]).code, 0);
        const words = [
          "fused",
          at("slc"),
          at("m1"),
          at("s1"),
          "--looks",
          looks,
          "--split",
          "dates",
          "--json",
        ];
        const { code, stdout, stderr } = runRanks(2, words);
        assert.is(code, 0, stderr);
        const { usage } = JSON.parse(stdout) as { usage: { bytesRead: number } };
        assert.ok(usage.bytesRead > 3 * 8 * 64 * 32, `${usage.bytesRead} bytes: none was read again`);
        for (const name of ["m", "s"]) assertSameBytes(at(`${name}1`), at(name), looks);
      }
    }),
);

testUnless(backendMissing("mpi"))(
  "what a rank writes to stderr tells its rank, and one rank speaks for all",
  () =>
    withFolder((folder) => {
      const at = (name: string): string => join(folder, name);
      assert.is(runPila(["prep", SAMPLE, at("in")]).code, 0);
      const noisy = { NODE_OPTIONS: `--require ${join(__dirname, "noisy.fixture.js")}` };
      const launched = runPila(["stats", "mpi", at("in"), at("m"), at("s"), "--workers", "3"], noisy);
      assert.is(launched.code, 0, launched.stderr);
      for (const rank of [0, 1, 2]) assert.match(launched.stderr, `[rank ${rank}] first line\n`);
      for (const rank of [0, 1, 2]) assert.match(launched.stderr, `[rank ${rank}] second line\n`);
      const joined = runRanks(3, ["fused", SAMPLE, at("m"), at("s")], "mpiexec", noisy);
      assert.is(joined.code, 0, joined.stderr);
      assert.is(joined.stderr.match(/fused: 2 dates/g)?.length, 1);
      for (const rank of [1, 2]) assert.match(joined.stderr, `[rank ${rank}] second line\n`);
    }),
);

testUnless(LAUNCHERS[1]!.missing)(
  "a library of another MPI than the launcher's is refused, and nothing is written",
  () =>
    withFolder((folder) => {
      const out = join(folder, "out");
      for (const [launcher, library] of [
        ["mpiexec.openmpi", "libmpich.so.12"],
        ["mpiexec.mpich", "libmpi.so.40"],
      ] as const) {
        const words = ["fused", SAMPLE, join(out, "m"), join(out, "s")];
        const { code, stderr } = runRanks(2, words, launcher, { PILA_MPI_LIBRARY: library });
        assert.is.not(code, 0);
        assert.match(stderr, /BackendError: \S+: found ".*", expected .*, whose mpiexec started this rank/);
        assert.not(existsSync(out));
      }
    }),
);

testUnless(backendMissing("mpi"))(
  "any other command started as several ranks is refused and writes nothing",
  () =>
    withFolder((folder) => {
      const at = (name: string): string => join(folder, name);
      const commands = [
        ["simulate", at("tree")],
        ["stats", "sec", SAMPLE, at("m"), at("s")],
      ];
      for (const words of commands) {
        const { code, stderr } = runRanks(2, words);
        assert.is(code, 2, stderr);
        assert.match(stderr, /UsageError: found pila \w+ started as several ranks, expected one process/);
        assert.equal(readdirSync(folder), []);
      }
    }),
);

test("variables of a launcher alone are enough: others are refused, ranks that are none do nothing", () =>
  withFolder((folder) => {
    const at = (name: string): string => join(folder, name);
    for (const env of [
      { OMPI_COMM_WORLD_SIZE: "2" },
      { PMI_RANK: "0", PMI_SIZE: "2" },
      { SLURM_STEP_NUM_TASKS: "4" },
    ]) {
      assert.is(runPila(["simulate", at("tree")], env).code, 2);
      assert.is(runPila(["prep", SAMPLE, at("in")], env).code, 1);
    }
    assert.equal(readdirSync(folder), []);
    assert.is(runPila(["prep", SAMPLE, at("in")], { OMPI_COMM_WORLD_SIZE: "1" }).code, 0);
  }));

test("hosts are refused where no launcher of pila would hear of them", () => {
  const refused: [readonly string[], NodeJS.ProcessEnv, RegExp][] = [
    [
      ["stats", "sec", "in", "m", "s", "--hosts", "a"],
      {},
      /found hosts for sec, expected them for mpi alone/,
    ],
    [["fused", SAMPLE, "m", "s", "--hosts", "a,"], {}, /found host "", expected names/],
    [["fused", SAMPLE, "m", "s", "--hosts", "a", "--hostfile", CLI], {}, /expected names|one of them/],
    [["fused", SAMPLE, "m", "s", "--hosts", "a"], { PMI_RANK: "1", PMI_SIZE: "2" }, /given to a rank/],
  ];
  for (const [words, env, message] of refused) {
    const { code, stderr } = runPila(words, env);
    assert.is(code, 2, stderr);
    assert.match(stderr, message);
  }
  assert.not(existsSync("m"));
});

test.run();
