import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatFixed, formatNumber } from "../../src/report/formatNumber";
import { makeReportData, type ReportData } from "../../src/report/reportData";
import { toHtml, toMarkdown, toRecords } from "../../src/report/tables/formats";
import { TABLES } from "../../src/report/tables/registry";
import type { Table } from "../../src/report/tables/table";
import { protocolSession, secondsOf } from "../records/session.fixture";
import { parseSvg } from "./fixtures/svg";

const report = makeReportData(protocolSession({ noise: 0, traced: false }));

function make(id: string, from: ReportData = report, lang: "es" | "en" = "es"): Table {
  const table = TABLES.find((one) => one.id === id)!.make(from, lang);
  if ("kind" in table) throw new Error(table.reason.en);
  return table;
}

function cell(
  table: Table,
  rowName: string,
  column: string,
): { text: string; value: string | number | null } {
  const row = table.rows.find((one) => one[0]!.value === rowName)!;
  return row[table.columns.findIndex((one) => one.id === column)]!;
}

test("T2: median, speedup, efficiency, CPU, memory and rate follow from the model", () => {
  const table = make("resumen");
  const [sec, own] = [secondsOf("sec", 1, 2, 8, "warm"), secondsOf("mp_v2", 2, 2, 8, "warm")];
  const near = (column: string, expected: number): void => {
    const { value } = cell(table, "mp2_v2", column);
    assert.ok(Math.abs((value as number) / expected - 1) < 1e-9, `${column}: ${value}, expected ${expected}`);
  };
  near("segundos", own);
  near("aceleracion", sec / own);
  near("eficiencia", sec / own / 2);
  near("cpu_segundos", 2 * 0.8 * own + 0.01);
  near("memoria_mib", (60e6 + 88e6) / 2 ** 20);
  near("mb_por_segundo", (8 * 4 * 2 ** 20) / own / 1e6);
  assert.is(cell(table, "mp2_v2", "segundos").text, formatNumber(own, "es"));
  assert.is(cell(table, "mp2_v2", "aceleracion").text, formatFixed(sec / own, 2, "es"));
  assert.is(cell(table, "sec", "n").value, 20);
});

test("T2: verdicts of records with a known answer, in both languages", () => {
  for (const [lang, faster, slower, other] of [
    ["es", "más rápido", "más lento", "hace otro trabajo"],
    ["en", "faster", "slower", "does other work"],
  ] as const) {
    const table = make("resumen", report, lang);
    assert.is(cell(table, "sec", "veredicto").text, "base");
    assert.is(cell(table, "threads2", "veredicto").text, faster);
    assert.is(cell(table, "mp2", "veredicto").text, slower);
    assert.is(cell(table, "fused2", "veredicto").text, other);
  }
});

test("T2: a failed configuration has its row, its reason and no numbers", () => {
  const session = protocolSession({ traced: false });
  const runs = session.runs.map((run) =>
    run.label === "mp2" ? { ...run, outcome: "failed" as const, reason: "pixels differ" } : run,
  );
  const table = make("resumen", makeReportData({ ...session, runs }));
  assert.is(cell(table, "mp2", "veredicto").text, "falló: pixels differ");
  assert.is(cell(table, "mp2", "segundos").text, "—");
  assert.is(cell(table, "mp2", "segundos").value, null);
});

test("T1: runs are counted once each, floor and machine are told", () => {
  const session = protocolSession({ blocks: 10, backends: ["mp_v2"], workers: [1, 2] });
  const table = make("entorno", makeReportData(session));
  const value = (name: string): string | number | null => cell(table, name, "valor").value;
  const count = (passes: (run: (typeof session.runs)[number]) => boolean): number =>
    session.runs.filter(passes).length;
  assert.is(value("Corridas"), session.runs.length);
  assert.is(
    value("de precalentamiento"),
    count((run) => run.warmup),
  );
  assert.is(
    value("que cuentan"),
    count((run) => !run.warmup),
  );
  assert.is(
    value("de ellas, con la máquina ocupada"),
    count((run) => !run.warmup && run.noisy),
  );
  assert.is(value("fallidas"), 0);
  assert.is(value("Núcleos disponibles"), "2");
  assert.ok((value("Piso de ruido (A/A)") as number) >= 1);
  assert.is(value("Lectura con caché fría"), "310 MB/s");
});

test("HTML is a captioned table with headed rows and columns; text is escaped", () => {
  const table: Table = {
    id: "t",
    title: "A < B",
    caption: "n & m",
    columns: [
      { id: "a", name: "Name", numeric: false },
      { id: "b", name: "T (s)", numeric: true },
    ],
    rows: [
      [
        { text: "<b>x|y</b>", value: "x" },
        { text: "1,5", value: 1.5 },
      ],
    ],
  };
  const html = toHtml(table);
  const root = parseSvg(html).documentElement;
  assert.is(root.querySelector("caption")!.textContent, "A < B. n & m");
  assert.equal(
    [...root.querySelectorAll("thead th")].map((node) => node.getAttribute("scope")),
    ["col", "col"],
  );
  assert.is(root.querySelector("tbody th")!.getAttribute("scope"), "row");
  assert.is(root.querySelector("tbody th")!.textContent, "<b>x|y</b>");
  assert.is(root.querySelector("tbody td")!.getAttribute("class"), "num");
  assert.match(toMarkdown(table), "| <b>x\\|y</b> | 1,5 |");
});

test("records carry raw values: NaN for unknown numbers, never null", () => {
  const session = protocolSession({ traced: false });
  const runs = session.runs.map((run) => (run.label === "mp2" ? { ...run, bytesRead: null } : run));
  const records = toRecords(make("resumen", makeReportData({ ...session, runs })));
  const of = (label: string): Record<string, string | number> =>
    records.find((one) => one.configuracion === label)!;
  assert.ok(Number.isNaN(of("mp2").mb_por_segundo));
  assert.type(of("mp2_v2").mb_por_segundo, "number");
  assert.ok(records.every((one) => Object.values(one).every((value) => value !== null)));
});

test.run();
