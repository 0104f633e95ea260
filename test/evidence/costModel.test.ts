import { test } from "uvu";
import * as assert from "uvu/assert";
import type { RunRecord } from "../../src/core/records";
import { fitCostModel, predictJob } from "../../src/evidence/costModel";
import { createRandom } from "../../src/evidence/numbers";

/** Seconds, and seconds a byte. */
const TRUE = { start: 0.05, ranks: 0.2, cropByte: 3e-10, slcByte: 4e-10, reducedByte: 6e-9 };
const CELLS = 512 * 512;
const SIZES = [8, 32, 128];

/** Three runs of every configuration at every size, of times that `secondsOf` makes. */
function session(noise: number, seed: number, truth: typeof TRUE = TRUE): { runs: RunRecord[] } {
  const random = createRandom(seed);
  const runs = SIZES.flatMap((dates) =>
    [
      ["sec", 1],
      ["threads", 2],
      ["threads", 4],
      ["mpi", 1],
      ["mpi", 2],
      ["fused", 1],
      ["fused", 2],
      ["mp", 2],
    ].flatMap(([backend, workers]) =>
      [1, 2, 3].map((block) => runOf(backend as string, workers as number, dates, block)),
    ),
  );
  return { runs };

  function runOf(backend: string, workers: number, dates: number, block: number): RunRecord {
    const bytesRead = CELLS * 4 * dates * (backend === "fused" ? 32 : 1);
    const ipcBytes = backend === "mpi" ? (workers - 1) * CELLS * 36 : 0;
    const perByte = backend === "fused" ? truth.slcByte : truth.cropByte;
    const seconds =
      truth.start +
      (backend === "mpi" ? truth.ranks : 0) +
      (bytesRead / Math.min(workers, 2)) * perByte +
      ipcBytes * truth.reducedByte +
      (backend === "mp" ? 5 : 0);
    const wallSeconds = seconds * (1 + noise * (2 * random.uniform() - 1));
    return {
      runId: `${backend}${workers}-${dates}-${block}`,
      label: `${backend}${workers}`,
      backend,
      workers,
      cores: 2,
      dates,
      shape: { azimuth: 512, range: 512 },
      crop: null,
      cache: "warm",
      block,
      order: 0,
      warmup: false,
      traced: false,
      outcome: "ok",
      wallSeconds,
      bytesRead,
      ipcBytes,
      peakRssBytes: dates * 1e6,
    } as unknown as RunRecord;
  }
}

test("the terms that made the times come back, and configurations left out are predicted exactly", () => {
  const { seconds, ratios, rankMemoryBytes } = fitCostModel(session(0, 1))!;
  for (const [term, value] of Object.entries(TRUE)) {
    const found = seconds[term as keyof typeof TRUE];
    assert.ok(Math.abs(found / value - 1) < 1e-6, `${term}: ${found}`);
  }
  assert.is(ratios.length, 7 * SIZES.length);
  assert.ok(ratios.every((ratio) => Math.abs(ratio - 1) < 1e-6));
  assert.is(rankMemoryBytes, 128e6);
});

test("what is left out is predicted from the others alone: one configuration of three times its time shows as three", () => {
  const runs = session(0, 1).runs.map((run) =>
    run.label === "fused1" && run.dates === 128 ? { ...run, wallSeconds: 3 * run.wallSeconds! } : run,
  );
  assert.ok(Math.abs(fitCostModel({ runs })!.ratios.at(-1)! - 3) < 1e-6);
});

test("noise of the times is the spread of what is left out, whatever the seed", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { ratios } = fitCostModel(session(0.1, seed))!;
    assert.ok(ratios[0]! > 0.75 && ratios.at(-1)! < 1.35, ratios.join(" "));
    assert.ok(ratios.at(-1)! / ratios[0]! > 1.02);
  }
});

test("a term is never negative: where more of it seems to save time, the others are fitted without it", () => {
  const { seconds } = fitCostModel(session(0, 1, { ...TRUE, reducedByte: -6e-10 }))!;
  assert.is(seconds.reducedByte, 0);
  assert.ok(seconds.slcByte > 0.9 * TRUE.slcByte && seconds.ranks > 0);
});

test("sessions without mpi or fused, or of too few configurations, carry no model", () => {
  const { runs } = session(0, 1);
  for (const without of ["mpi", "fused"])
    assert.is(fitCostModel({ runs: runs.filter(({ backend }) => backend !== without) }), null);
  assert.is(fitCostModel({ runs: runs.filter(({ dates }) => dates === 8) }), null);
});

test("reading binds where hosts read slowly, rank 0 where many ranks send to it, starting where there is little to do", () => {
  const model = { ...fitCostModel(session(0, 1))!, ratios: [0.8, 1, 1.25] };
  const cluster = { hosts: 10, ranks: 8, cores: 8, readRate: 500e6, networkRate: 117e6 };
  const work = { hostBytes: 45e9, rankBytes: 45e9 / 8, reducedBytes: 0 };
  const rows = predictJob(model, work, cluster);
  // 45e9 / 500e6 s of reading, and 0.25 s until all ranks have come up.
  assert.ok(Math.abs(rows.seconds.value - 90.25) < 1e-6, String(rows.seconds.value));
  assert.is(rows.binds, "read");
  assert.ok(Math.abs(rows.seconds.interval!.high - 90.25 * 1.225) < 1e-6);
  assert.ok(Math.abs(rows.warmSeconds.value - (0.25 + (45e9 / 8) * 4e-10)) < 1e-6);
  const dates = predictJob(model, { ...work, reducedBytes: 79 * 4e8 }, cluster);
  assert.is(dates.binds, "reduce");
  assert.ok(Math.abs(dates.parts.reduce - (79 * 4e8) / 117e6) < 1e-6);
  assert.is(predictJob(model, { hostBytes: 1e6, rankBytes: 1e6, reducedBytes: 0 }, cluster).binds, "start");
  // Four ranks on each of two cores take twice as long.
  const alone = { ...cluster, hosts: 1, cores: 2, ranks: 4 };
  assert.ok(Math.abs(predictJob(model, work, alone).parts.compute - (45e9 / 8) * 4e-10 * 2) < 1e-9);
});

test.run();
