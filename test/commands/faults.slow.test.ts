import { existsSync, mkdirSync, readdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BACKEND_IDS } from "../../src/backends/registry";
import { backendMissing } from "../backends/available.fixture";
import { assertSameBytes, writeCrop } from "../io/product.fixture";
import { uniform, withFolder } from "../io/slcFile.fixture";
import { testUnless } from "../testUnless";
import { makeSparseCrops, RunningPila, runPila, temporaryFiles } from "./cli.fixture";

const SHAPE = { azimuth: 16000, range: 8192 };

function statsArguments(id: string, folder: string, out: string): string[] {
  return ["stats", id, join(folder, "in"), join(out, "mean.tif"), join(out, "std.tif"), "--workers", "2"];
}

for (const id of ["mp", "mp_v2", "mpi"]) {
  testUnless(backendMissing(id))(`stats ${id} fails cleanly when a worker process is killed`, () =>
    withFolder(async (folder) => {
      const out = join(folder, "out");
      makeSparseCrops(join(folder, "in"), 24, SHAPE);
      const pila = new RunningPila(statsArguments(id, folder, out));
      const count = id === "mpi" ? 4 : 3;
      await pila.until("at work", () => temporaryFiles(out).length > 0 && pila.processes().length >= count);
      process.kill(pila.processes().at(-1)!, "SIGKILL");
      const { code, stderr } = await pila.end();
      assert.is(code, 1);
      assert.match(stderr, /^pila: (Worker|Backend)Error: .*(SIGKILL|signal 9)/m);
      assert.not.match(stderr, /^\s+at /m);
      assert.equal(readdirSync(out), []);
      assert.equal(pila.processes(), []);
    }),
  );
}

for (const id of BACKEND_IDS) {
  testUnless(backendMissing(id))(
    `stats ${id} fails cleanly when its inputs are cut short while they are read`,
    () =>
      withFolder(async (folder) => {
        const out = join(folder, "out");
        makeSparseCrops(join(folder, "in"), 24, SHAPE);
        const pila = new RunningPila(statsArguments(id, folder, out));
        await pila.until("at work", () => temporaryFiles(out).length > 0);
        for (const name of readdirSync(join(folder, "in"))) truncateSync(join(folder, "in", name), 5000);
        const { code, stderr } = await pila.end();
        assert.is(code, 1, stderr);
        assert.match(stderr, /^pila: \w+Error: .*d\d+_int_crop\.tif: found /m);
        assert.equal(existsSync(out) ? readdirSync(out) : [], []);
        assert.equal(pila.processes(), []);
      }),
  );
}

for (const id of ["mp", "mp_v2"]) {
  test(`children of stats ${id} end by themselves when the parent is killed`, () =>
    withFolder(async (folder) => {
      const out = join(folder, "out");
      makeSparseCrops(join(folder, "in"), 24, SHAPE);
      const pila = new RunningPila(statsArguments(id, folder, out));
      await pila.until("at work", () => temporaryFiles(out).length > 0 && pila.processes().length >= 3);
      process.kill(pila.child.pid!, "SIGKILL");
      for (let tries = 0; tries < 1000 && pila.processes().length > 0; tries++) await sleep(20);
      assert.equal(pila.processes(), []);
    }));
}

test("stats mp_v2 gives the bytes of sec when one child is far behind the other", () =>
  withFolder(async (folder) => {
    // Four blocks of states: the child ahead fills its rooms and has to wait.
    const shape = { azimuth: 2101, range: 101 };
    mkdirSync(join(folder, "in"));
    const next = uniform(3);
    for (let date = 0; date < 4; date++) {
      const values = Float32Array.from({ length: shape.azimuth * shape.range }, () => 10 * next());
      writeCrop(join(folder, "in"), `d${date}`, { shape, values });
    }
    const pila = new RunningPila(statsArguments("mp_v2", folder, join(folder, "mp_v2")));
    await pila.until("both children are there", () => pila.processes().length >= 3);
    const late = pila.processes().at(-1)!;
    process.kill(late, "SIGSTOP");
    await sleep(1500);
    process.kill(late, "SIGCONT");
    const { code, stderr } = await pila.end();
    assert.is(code, 0, stderr);
    assert.is(runPila(statsArguments("sec", folder, join(folder, "sec"))).code, 0);
    for (const name of ["mean.tif", "std.tif"])
      assertSameBytes(join(folder, "mp_v2", name), join(folder, "sec", name));
  }));

test.run();
