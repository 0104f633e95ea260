import { test } from "uvu";
import * as assert from "uvu/assert";
import { fused } from "../../../src/report/plots/fused";
import { growth } from "../../../src/report/plots/growth";
import { speedup } from "../../../src/report/plots/speedup";
import { timelineOf } from "../../../src/report/plots/timeline";
import type { ReportData } from "../../../src/report/reportData";
import { WORDS } from "../../../src/report/words/words";
import { type Step, type SyntheticConfiguration, secTwins } from "../../records/session.fixture";
import { reportOf } from "./report.fixture";

const { es, en } = WORDS;
const QUIET = { noise: 0.004, cores: 4 };

/** start + seconds a date of one thread, or of each of several. */
function threads(workers: number, dates: number, start: number, each: number): SyntheticConfiguration {
  const own: readonly Step[] = [
    ["init", start],
    ["compute", each * dates],
  ];
  const timeline = Array.from({ length: workers }, () => own);
  return { label: `threads${workers}`, backend: "threads", workers, timeline, dates };
}

function sec(dates: number): readonly SyntheticConfiguration[] {
  return secTwins(threads(1, dates, 0.1, 0.2).timeline[0]!, { dates });
}

/** Line of sec 0.1 + 0.2 n; of threads2 `start` + `each` n. */
function grown(sizes: readonly number[], start: number, each: number): ReportData {
  return reportOf(
    sizes.flatMap((dates) => [...sec(dates), threads(2, dates, start, each)]),
    QUIET,
  );
}

test("growth: the crossing of two known lines, at (0.9 - 0.1) / (0.2 - 0.1) = 8 dates, in rows and in words", () => {
  const report = grown([4, 16, 32], 0.9, 0.1);
  const rows = growth.rows(report);
  assert.equal([...new Set(rows.map((row) => row.label))], ["threads2", "sec"]);
  const [first] = rows;
  assert.ok(Math.abs(first!.intercept - 0.9) < 0.02 && Math.abs(first!.slope - 0.1) < 0.002);
  assert.ok(Math.abs(first!.crossing - 8) < 0.4, String(first!.crossing));
  assert.ok(first!.crossingLow < first!.crossing && first!.crossing < first!.crossingHigh);
  assert.equal(
    rows.filter((row) => row.label === "sec").map((row) => [row.size, row.isAnswer, row.crossing]),
    [4, 16, 32].map((size) => [size, false, Number.NaN]),
  );
  assert.is(growth.claim(report, es), "threads con 2 hilos conviene desde unas 8 fechas");
  assert.is(growth.claim(report, en), "threads with 2 threads pays from about 8 dates");
});

test("growth: always, never, beyond what was measured, one size, and one thread is not sharing", () => {
  assert.is(
    growth.claim(grown([4, 16], 0.1, 0.1), es),
    "threads con 2 hilos conviene con todos los tamaños medidos",
  );
  assert.is(
    growth.claim(grown([4, 16], 0.9, 0.25), es),
    "En esta máquina repartir el trabajo no conviene con ningún tamaño medido",
  );
  assert.is(
    growth.claim(grown([1, 2, 4], 0.9, 0.1), es),
    "threads con 2 hilos conviene desde unas 8 fechas, fuera de lo medido",
  );
  assert.is(
    growth.claim(grown([4, 16], 0.9, 0.1), es),
    "threads con 2 hilos empieza a convenir entre 4 y 16 fechas",
    "two points carry no line, but verdicts",
  );
  const one = grown([4], 0.1, 0.1);
  assert.equal(growth.rows(one), []);
  assert.match(growth.claim(one, es), /^Se midió un solo tamaño/);
  const alone = reportOf(
    [4, 16].flatMap((dates) => [...sec(dates), threads(1, dates, 0.1, 0.1)]),
    QUIET,
  );
  assert.not.match(growth.claim(alone, es), /threads/);
});

test("speedup: T_sec / T of every worker count, the fastest program last, and the best within the cores is told", () => {
  const dates = 8;
  const report = reportOf(
    [
      ...sec(dates),
      ...[1, 2, 4, 8].map((workers) => threads(workers, dates, 0.1, 0.2 / workers)),
      { ...threads(2, dates, 1, 0.2), label: "mp2_v2", backend: "mp_v2" },
    ],
    QUIET,
  );
  const rows = speedup.rows(report);
  assert.equal(
    rows.map((row) => [row.label, row.isAnswer, row.oversubscribed]),
    [
      ["mp2_v2", false, false],
      ["threads1", true, false],
      ["threads2", true, false],
      ["threads4", true, false],
      ["threads8", true, true],
    ],
  );
  const four = rows.find((row) => row.label === "threads4")!;
  assert.ok(Math.abs(four.speedup / (1.7 / 0.5) - 1) < 0.02, String(four.speedup));
  assert.ok(four.low < four.speedup && four.speedup < four.high);
  assert.match(speedup.claim(report, es), /^threads con 4 hilos acelera 3,[34]\d veces, en 4 núcleos$/);
  const slow = reportOf([...sec(dates), threads(2, dates, 0.9, 0.2)], QUIET);
  assert.is(speedup.claim(slow, es), "Nada de lo que se midió en 4 núcleos acelera frente a sec");
  assert.equal(speedup.rows(reportOf(sec(dates), QUIET)), []);
});

test("fused: bars by time whose pieces sum to the medians; prep ends where sec begins; the claim goes with the verdict", () => {
  const prep = { ...threads(2, 8, 0.1, 0.1), label: "prep2", backend: "prep" };
  const make = (each: number): ReportData =>
    reportOf([...sec(8), prep, { ...threads(2, 8, 0.1, each), label: "fused2", backend: "fused" }], QUIET);
  const report = make(0.15);
  const rows = fused.rows(report);
  assert.equal(
    rows.map((row) => [row.label, row.stage, row.piece]),
    [
      ["fused2", "fused2", "start"],
      ["fused2", "fused2", "compute"],
      ["prep2 + sec", "prep2", "start"],
      ["prep2 + sec", "prep2", "compute"],
      ["prep2 + sec", "sec", "start"],
      ["prep2 + sec", "sec", "compute"],
    ],
  );
  const [comparison] = report.level!.fused;
  assert.ok(Math.abs(rows[5]!.to / comparison!.separateSeconds.value - 1) < 1e-12);
  assert.ok(Math.abs(rows[4]!.from - 0.9) < 0.02);
  assert.is(fused.claim(report, es), "fused2 tarda un 50\u00a0% menos que prep y sec seguidos");
  assert.match(fused.claim(make(0.4), en), /^fused2 takes 2\d% more than prep and sec in turn$/);
  assert.is(fused.claim(make(0.3125), es), "fused tarda igual que prep y sec seguidos, hasta donde se ve");
  assert.equal(fused.rows(reportOf(sec(8), QUIET)), []);
});

test("timeline: pieces of each worker in time, one coordinator before the workers, and many spans keep their areas", () => {
  const steps: readonly Step[] = Array.from({ length: 400 }, (_, i) => [
    i % 2 === 0 ? "read" : "compute",
    i % 2 === 0 ? 0.001 : 0.003,
  ]);
  const pool: SyntheticConfiguration = {
    label: "mp2_v2",
    backend: "mp_v2",
    workers: 2,
    timeline: [
      [
        ["spawn", 0.1],
        ["wait", 0.7],
      ],
      [
        ["init", 0.1],
        ["read", 0.1],
        ["decode", 0.1],
        ["compute", 0.5],
      ],
      steps,
    ],
  };
  const report = reportOf([...sec(8), pool], { ...QUIET, noise: 0 });
  const chart = timelineOf("mp2_v2");
  const rows = chart.rows(report);
  const piecesOf = (worker: number): unknown[] =>
    rows
      .filter((row) => row.worker === worker)
      .map((row) => [row.piece, Number(row.from.toFixed(6)), Number(row.to.toFixed(6))]);
  assert.equal(piecesOf(1), [
    ["start", 0, 0.1],
    ["read", 0.1, 0.3],
    ["compute", 0.3, 0.8],
  ]);
  assert.is(rows[0]!.worker, 0);
  const many = rows.filter((row) => row.worker === 2);
  const sumOf = (piece: string): number =>
    many.reduce((sum, row) => sum + (row.piece === piece ? row.to - row.from : 0), 0);
  assert.ok(Math.abs(sumOf("read") - 0.2) < 1e-9 && Math.abs(sumOf("compute") - 0.6) < 1e-9);
  many.slice(1).forEach((row, i) => {
    assert.ok(row.from >= many[i]!.to - 1e-9);
  });
  assert.is(chart.claim(report, es), "En mp2_v2, quien más calcula dedica a eso 75\u00a0% del tiempo");
  assert.is(timelineOf("mpi4").claim(report, es), "De mpi4 no hay corridas con traza");
  assert.equal(timelineOf("mpi4").rows(report), []);
});

test.run();
