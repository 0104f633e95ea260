import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CLI, type Ended, makeSparseCrops, runPila, temporaryFiles } from "../../commands/cli.fixture";
import { assertSameBytes } from "../../io/product.fixture";
import { withFolder } from "../../io/slcFile.fixture";
import { testUnless } from "../../testUnless";
import { hostsMissing, WAY, withHosts } from "./hosts.fixture";
import { LAUNCHERS } from "./launchers";

const SAMPLE = join(__dirname, "../../../../data-prep/sample");

for (const { title, names, missing } of LAUNCHERS) {
  testUnless(missing ?? hostsMissing)(
    `${title} (${WAY}): six ranks on three hosts share prep, stats and fused and give the bytes of sec`,
    () =>
      withFolder(async (folder) => {
        const at = (name: string): string => join(folder, name);
        assert.is(runPila(["prep", SAMPLE, at("in"), "--looks", "2"]).code, 0);
        assert.is(runPila(["stats", "sec", at("in"), at("m"), at("s")]).code, 0);
        const bin = at("bin");
        mkdirSync(bin);
        if (names !== undefined) {
          writeFileSync(join(bin, "mpiexec"), `#!/bin/sh\nexec ${names[0]} "$@"\n`, { mode: 0o755 });
        }
        await withHosts(3, async ({ list, ownFolder, run, processes }) => {
          const pila = (words: readonly string[]): Promise<Ended> =>
            run(1, [process.execPath, CLI, ...words], { PATH: `${bin}:${process.env.PATH}` });
          const works = [
            ["stats", "mpi", at("in")],
            ["stats", "mpi", at("in"), "--split", "rows"],
            ["fused", SAMPLE, "--looks", "2"],
            ["fused", SAMPLE, "--looks", "2", "--split", "dates"],
          ];
          for (const words of works) {
            const products = [at("m1"), at("s1"), "--json", "--hosts", list(2)];
            const { code, stdout, stderr } = await pila([...words, ...products]);
            assert.is(code, 0, stderr);
            assert.is((JSON.parse(stdout) as { workers: number }).workers, 6);
            for (const name of ["m", "s"]) assertSameBytes(at(`${name}1`), at(name), words.join(" "));
          }
          writeFileSync(at("hostfile"), "h3 slots=2\nh2 slots=1\n");
          const crops = ["prep", SAMPLE, at("in1"), "--looks", "2", "--hostfile", at("hostfile")];
          const { code, stderr } = await pila(crops);
          assert.is(code, 0, stderr);
          for (const name of readdirSync(at("in"))) {
            assertSameBytes(join(at("in1"), name), join(at("in"), name), name);
          }
          // The first host makes the products in a folder that the others do not see.
          const hidden = join(ownFolder, "out");
          const blind = await pila([
            "fused",
            SAMPLE,
            join(hidden, "m"),
            join(hidden, "s"),
            "--hosts",
            list(1),
          ]);
          assert.is(blind.code, 1, blind.stderr);
          assert.match(
            blind.stderr,
            /rank ([12]) of 3 on h(2|3): FileError: .*found that h\2 cannot write it .*every host of the job/,
          );
          const left = await run(1, ["ls", "-A", hidden]);
          assert.is(left.stdout, "", "left on h1");
          assert.equal(processes(), []);
        });
        assert.equal(temporaryFiles(folder), []);
      }),
  );
}

/** The limit of cli.md is 15 s; this machine may be busy. */
const DEAD_LINK_MS = 40_000;

testUnless(hostsMissing ?? noOpenMpi())(
  `Open MPI (${WAY}): a host that is off the network ends the job`,
  () =>
    withFolder(async (folder) => {
      const [crops, out] = [join(folder, "in"), join(folder, "out")];
      mkdirSync(out);
      makeSparseCrops(crops, 24, { azimuth: 16_000, range: 8192 });
      await withHosts(3, async ({ list, run, processes, unplug }) => {
        const words = ["stats", "mpi", crops, join(out, "m"), join(out, "s"), "--hosts", list(1)];
        const ended = run(1, [process.execPath, CLI, ...words]);
        while (temporaryFiles(out).length < 2) await sleep(20);
        unplug(3);
        const late = sleep(DEAD_LINK_MS, null, { ref: false });
        const end = await Promise.race([ended, late]);
        assert.ok(end !== null, `still there: ${processes().join("; ")}`);
        assert.is(end.code, 1, end.stderr);
        assert.match(end.stderr, /^pila: BackendError: .*\bh3\b/);
        assert.equal(readdirSync(out), []);
        // Open MPI's daemon there may stay until TCP gives up what it had still to send: minutes.
        const ranks = (): readonly string[] => processes().filter((line) => !line.includes("orted"));
        const limit = performance.now() + DEAD_LINK_MS;
        while (ranks().length > 0 && performance.now() < limit) await sleep(100);
        assert.equal(ranks(), [], "the far host is alone, but ends its ranks too");
      });
    }),
);

/** Why Open MPI cannot be tested; its mpiexec tells its name. */
function noOpenMpi(): string | undefined {
  const { stdout } = spawnSync("mpiexec", ["--version"], { encoding: "utf8" });
  return /Open ?(MPI|RTE)/.test(stdout ?? "") ? undefined : "no Open MPI";
}

test.run();
