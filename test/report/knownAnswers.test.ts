import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Chart } from "../../src/report/charts/chart";
import { fused } from "../../src/report/charts/fused";
import { growth } from "../../src/report/charts/growth";
import { runTimes } from "../../src/report/charts/runTimes";
import { speedup } from "../../src/report/charts/speedup";
import { formatFixed, formatSeconds } from "../../src/report/formatNumber";
import { makeReportData, type ReportData } from "../../src/report/reportData";
import { protocolSession, secondsOf } from "../records/session.fixture";
import { parseSvg, textsOf } from "./fixtures/svg";

const BACKENDS = ["mp", "mp_v2", "threads"];
const quiet = makeReportData(
  protocolSession({ noise: 0, cores: 4, backends: BACKENDS, workers: [1, 2, 4, 8] }),
);
const T = (backend: string, workers: number, dates = 8): number =>
  secondsOf(backend, workers, 4, dates, "warm");
const LABELS: Readonly<Record<string, (workers: number) => string>> = {
  mp: (workers) => `mp${workers}`,
  mp_v2: (workers) => `mp${workers}_v2`,
  threads: (workers) => `threads${workers}`,
};

function svgOf(chart: Chart, report: ReportData): string {
  const result = chart.draw(report, "es");
  if (result.kind === "missing") throw new Error(result.reason.en);
  return result.svg;
}

test("F1: bars are as long as the medians, and their seconds are written beside them", () => {
  const svg = svgOf(runTimes, quiet);
  const bars = [...parseSvg(svg).querySelectorAll("svg svg rect")].map((node) =>
    Number(node.getAttribute("width")),
  );
  const expected = [
    T("sec", 1),
    ...BACKENDS.flatMap((backend) => [1, 2, 4, 8].map((workers) => T(backend, workers))),
  ];
  assert.is(bars.length, expected.length);
  expected.forEach((seconds, i) => {
    assert.ok(Math.abs(bars[i]! / bars[0]! - seconds / expected[0]!) < 1e-3, `bar ${i}`);
  });
  const texts = textsOf(svg);
  const labels = [
    "sec",
    ...BACKENDS.flatMap((backend) => [1, 2, 4, 8].map((workers) => LABELS[backend]!(workers))),
  ];
  assert.equal(
    texts.filter((text) => labels.includes(text)),
    labels,
  );
  for (const seconds of expected) {
    const told = formatSeconds(seconds, "es").replace("\u00a0", " ");
    assert.ok(
      texts.some((text) => text.startsWith(`${told} [`)),
      told,
    );
  }
});

test("F1: only runs beyond the cores are hatched", () => {
  const fills = [...parseSvg(svgOf(runTimes, quiet)).querySelectorAll("svg svg rect")].map(
    (node) => node.closest("[fill]")!.getAttribute("fill")!,
  );
  const hatched = fills.map((fill) => fill.startsWith("url("));
  assert.equal(hatched, [false, ...BACKENDS.flatMap(() => [false, false, false, true])]);
});

test("F2: T_sec / T of every point, in panels by backend", () => {
  const texts = textsOf(svgOf(speedup, quiet));
  for (const backend of BACKENDS) {
    const from = texts.indexOf(backend);
    assert.ok(from >= 0, backend);
    const next = Math.min(
      ...BACKENDS.map((other) => texts.indexOf(other)).filter((at) => at > from),
      texts.length,
    );
    const panel = texts.slice(from, next);
    for (const workers of [1, 2, 4, 8]) {
      const told = formatFixed(T("sec", 1) / T(backend, workers), 2, "es");
      assert.ok(panel.includes(told), `${backend} ${workers}: ${told}`);
    }
  }
});

test("F2: oversubscribed points are open, on the broken line only", () => {
  const panels = [...parseSvg(svgOf(speedup, quiet)).querySelectorAll("svg svg")];
  for (const panel of panels) {
    const marks = [...panel.querySelectorAll("g")].filter(
      (group) =>
        group.getAttribute("stroke-width") === "0.8" && group.querySelector("path[transform]") !== null,
    );
    assert.is(marks.flatMap((group) => [...group.children]).length, 3);
    const open = [...panel.querySelectorAll('g[fill="#ffffff"][stroke-width="2"] path')];
    assert.is(open.length, 1);
  }
});

test("F2: 16 workers and more stand on logarithmic axes, every tick labelled", () => {
  const many = makeReportData(
    protocolSession({ noise: 0, cores: 16, backends: ["threads"], workers: [1, 2, 4, 8, 16, 32] }),
  );
  const texts = textsOf(svgOf(speedup, many));
  for (const workers of [1, 2, 4, 8, 16, 32]) assert.ok(texts.includes(String(workers)), String(workers));
});

test("F7: intercept, slope and break-even of lines that are straight by construction", () => {
  const sizes = makeReportData(
    protocolSession({ noise: 0, backends: ["mp_v2"], dates: [2, 4, 8], traced: false }),
  );
  const texts = textsOf(svgOf(growth, sizes));
  assert.ok(texts.includes("sec: 0,0800 + 0,140·n"), texts.join("\n"));
  // mp_v2 at 2 workers: 0,16 + 2 x 0,02 and 0,012 + 0,145/2 a date; n* = (0,2 - 0,08) / (0,14 - 0,0845).
  assert.ok(texts.includes("mp2_v2: 0,200 + 0,0845·n"), texts.join("\n"));
  assert.ok(
    texts.some((text) => text.startsWith("mp2_v2 gana a sec desde n* = 2,16")),
    texts.join("\n"),
  );
});

test("FF: fused over prep + sec of the same workers", () => {
  const both = makeReportData(protocolSession({ noise: 0, backends: ["prep", "fused"], traced: false }));
  const texts = textsOf(svgOf(fused, both));
  const time = (backend: string): number => secondsOf(backend, 2, 2, 8, "warm");
  const ratio = time("fused") / (time("prep") + secondsOf("sec", 1, 2, 8, "warm"));
  assert.ok(
    texts.some((text) => text.includes(`×${formatFixed(ratio, 3, "es")} [`)),
    texts.join("\n"),
  );
});

test.run();
