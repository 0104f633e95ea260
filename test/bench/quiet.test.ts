import { chmodSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  createNoiseProbe,
  isNoisy,
  type NoiseSources,
  parseCpuCounters,
  prepareCache,
  residentBytes,
} from "../../src/bench/quiet";
import { withFolder } from "../records/records.fixture";
import { FakeClock } from "./bench.fixture";

const STAT = "cpu  100 20 30 400 50 6 7 8 90 1\ncpu0 1 2 3 4 5 6 7 8 9 10\n";

test("counters of /proc/stat are seconds: busy without steal, guests within user, total with all", () => {
  const counters = parseCpuCounters(STAT)!;
  assert.ok(Math.abs(counters.busy - 1.63) < 1e-12);
  assert.is(counters.steal, 0.08);
  assert.ok(Math.abs(counters.total - 6.21) < 1e-12);
  assert.is(parseCpuCounters("intr 5"), null);
});

function sourcesOf(state: {
  pressure: number;
  busy: number;
  steal: number;
  total: number;
  own: number;
}): NoiseSources {
  return {
    counters: () => ({ busy: state.busy, steal: state.steal, total: state.total }),
    pressureSeconds: () => state.pressure,
    loadAverage: () => 1.5,
    ownSeconds: () => state.own,
  };
}

test("pressure is of the time between runs, steal and others' work of the run itself", () => {
  const clock = new FakeClock();
  const state = { pressure: 3, busy: 50, steal: 1, total: 200, own: 2 };
  const probe = createNoiseProbe(clock, sourcesOf(state));
  clock.seconds += 2;
  state.pressure += 0.5;
  state.busy += 4;
  probe.before();
  // 10 s on 2 cores: 12 core-seconds worked, of which 8 by the run, 1 by the bench; 0.2 stolen. The run's own pressure does not count.
  clock.seconds += 10;
  Object.assign(state, { pressure: 9, busy: 66, steal: 1.2, total: 220, own: 3 });
  const { noise, noisy } = probe.after(8);
  assert.is(noise.cpuPressure, 0.25);
  assert.ok(Math.abs(noise.stealShare! - 0.01) < 1e-12);
  assert.ok(Math.abs(noise.othersShare! - 0.15) < 1e-12);
  assert.is(noise.loadAverage, 1.5);
  assert.ok(noisy);
  clock.seconds += 1;
  probe.before();
  assert.is(probe.after(0).noise.cpuPressure, 0);
});

test("each limit flags alone; a few ticks of others' work and a high load do not", () => {
  const quiet = { loadAverage: 50, cpuPressure: 0.1, stealShare: 0.01, othersShare: 0.05 };
  assert.not.ok(isNoisy(quiet, 1));
  assert.ok(isNoisy({ ...quiet, cpuPressure: 0.21 }, 0));
  assert.ok(isNoisy({ ...quiet, stealShare: 0.03 }, 0));
  assert.ok(isNoisy({ ...quiet, othersShare: 0.5 }, 0.06));
  assert.not.ok(isNoisy({ ...quiet, othersShare: 0.5 }, 0.03));
});

test("a system that tells nothing gives nulls and no flag", () => {
  const sources = {
    ...sourcesOf({ pressure: 0, busy: 0, steal: 0, total: 0, own: 0 }),
    counters: () => null,
    pressureSeconds: () => null,
  };
  const probe = createNoiseProbe(new FakeClock(), sources);
  probe.before();
  assert.equal(probe.after(null), {
    noise: { loadAverage: 1.5, cpuPressure: null, stealShare: null, othersShare: null },
    noisy: false,
  });
});

test("warm is wholly resident; cold is nothing resident, or it is called uncontrolled; files stay as they were", () =>
  withFolder((folder) => {
    const files = ["a", "b"].map((name) => join(folder, name));
    for (const path of files) {
      writeFileSync(path, Buffer.alloc(3_000_001, 7));
      chmodSync(path, 0o444);
    }
    const before = files.map((path) => statSync(path).mtimeMs);
    const state = prepareCache(files, "cold");
    const resident = residentBytes(files);
    assert.is(state, resident?.resident === 0 ? "cold" : "uncontrolled");
    assert.is(prepareCache(files, "warm"), "warm");
    const after = residentBytes(files);
    if (after !== null) {
      assert.is(after.size, 6_000_002);
      assert.ok(after.resident >= after.size);
    }
    assert.equal(
      files.map((path) => statSync(path).mtimeMs),
      before,
    );
  }));

for (const [resident, cold, warm] of [
  [0, "cold", "uncontrolled"],
  [4096, "uncontrolled", "uncontrolled"],
  [8192, "uncontrolled", "warm"],
  [null, "uncontrolled", "warm"],
] as const) {
  test(`${resident} of 8192 bytes resident: asked for cold it is ${cold}, asked for warm ${warm}`, () =>
    withFolder((folder) => {
      const path = join(folder, "a");
      writeFileSync(path, "a");
      const evicted: string[] = [];
      const pageCache = {
        evict: (file: string) => evicted.push(file),
        residentBytes: () => (resident === null ? null : { resident, size: 8192 }),
      };
      assert.is(prepareCache([path], "cold", pageCache), cold);
      assert.equal(evicted, [path]);
      assert.is(prepareCache([path], "warm", pageCache), warm);
      assert.equal(evicted, [path]);
    }));
}

test("what cannot be looked at is not called cold", () =>
  withFolder((folder) => {
    assert.is(residentBytes([join(folder, "missing")]), null);
    assert.is(prepareCache([join(folder, "missing")], "cold"), "uncontrolled");
  }));

test.run();
