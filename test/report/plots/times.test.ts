import { test } from "uvu";
import * as assert from "uvu/assert";
import { times } from "../../../src/report/plots/times";
import { WORDS } from "../../../src/report/words/words";
import { type SyntheticConfiguration, secTwins, slower } from "../../records/session.fixture";
import { reportOf } from "./report.fixture";

const { es, en } = WORDS;
const QUIET = { noise: 0, cores: 4 };
const SEC = secTwins([
  ["init", 0.1],
  ["read", 0.2],
  ["decode", 0.1],
  ["compute", 0.5],
  ["write", 0.1],
]);
/** Its second worker computes most; the coordinator takes in and writes while that one waits. */
const pool: SyntheticConfiguration = {
  label: "mp2_v2",
  backend: "mp_v2",
  workers: 2,
  timeline: [
    [
      ["spawn", 0.05],
      ["wait", 0.4],
      ["merge", 0.03],
      ["write", 0.02],
    ],
    [
      ["init", 0.05],
      ["read", 0.1],
      ["compute", 0.2],
    ],
    [
      ["init", 0.05],
      ["read", 0.1],
      ["compute", 0.25],
      ["send", 0.05],
    ],
  ],
};
const peer: SyntheticConfiguration = {
  label: "c_sec",
  backend: "peer",
  program: null,
  workers: 1,
  timeline: [[["compute", 0.8]]],
  untraced: true,
};

function rowsOf(...others: readonly SyntheticConfiguration[]) {
  const report = reportOf([...SEC, ...others], QUIET);
  return { report, rows: times.rows(report) };
}

function piecesOf(label: string, rows: ReturnType<typeof times.rows>): Record<string, number> {
  const own = rows.filter((row) => row.label === label);
  return Object.fromEntries(own.map((row) => [row.piece, Number((row.to - row.from).toFixed(9))]));
}

test("a bar follows the worker that computes most: decoding is reading, its wait is what the others do", () => {
  const { rows } = rowsOf(pool);
  assert.equal(piecesOf("sec", rows), { start: 0.1, read: 0.3, compute: 0.5, write: 0.1 });
  assert.equal(piecesOf("mp2_v2", rows), { start: 0.05, read: 0.1, move: 0.08, compute: 0.25, write: 0.02 });
});

test("pieces meet and sum to the median of the timed runs, though traced runs take longer", () => {
  const report = reportOf([...SEC, pool], { noise: 0.05, tracing: 1.5 });
  for (const { label, seconds } of report.level!.configurations) {
    const own = times.rows(report).filter((row) => row.label === label);
    assert.ok(own.length >= 4);
    own.forEach((row, i) => {
      assert.is(row.from, i === 0 ? 0 : own[i - 1]!.to);
    });
    assert.ok(Math.abs(own.at(-1)!.to / seconds!.value - 1) < 1e-12);
    assert.is(own[0]!.seconds, seconds!.value);
  }
});

test("bars stand by rising time, and one without spans is one plain piece", () => {
  const { rows } = rowsOf(slower({ ...pool, label: "mp4_v2", workers: 4 }, 3), peer, pool);
  const bars = rows.filter((row) => row.from === 0);
  assert.equal(
    bars.map((row) => row.label),
    ["mp2_v2", "c_sec", "sec", "mp4_v2"],
  );
  assert.equal(piecesOf("c_sec", rows), { whole: 0.8 });
  assert.equal(
    bars.map((row) => Number(row.timesSec.toFixed(6))),
    [0.5, 0.8, 1, 1.5],
  );
});

test("fused and prep do other work: they have no bar; without kept runs there is none at all", () => {
  const prep = { ...pool, label: "prep2", backend: "prep" };
  const { rows } = rowsOf(prep, { ...pool, label: "fused2", backend: "fused" });
  assert.equal([...new Set(rows.map((row) => row.label))], ["sec"]);
  const failed = reportOf(SEC.map((one) => ({ ...one, failure: () => "no memory" })));
  assert.equal(times.rows(failed), []);
  assert.is(times.claim(failed, es), "No hay mediciones que valgan");
});

test("the band holds the fastest and what is not told apart from it, and nothing where all differ", () => {
  const like = (label: string, factor: number): SyntheticConfiguration =>
    slower({ ...pool, label, backend: "threads" }, factor);
  const noisy = { noise: 0.03, cores: 4 };
  const tied = reportOf([...SEC, pool, like("threads2", 1.001)], noisy);
  const alike = times.rows(tied).filter((row) => row.alike);
  assert.equal([...new Set(alike.map((row) => row.label))].sort(), ["mp2_v2", "threads2"]);
  const apart = reportOf([...SEC, pool, like("threads2", 1.4)], noisy);
  assert.equal(
    times.rows(apart).filter((row) => row.alike),
    [],
  );
});

test("the claim says winner, tie, tie with sec, too few blocks, nothing to compare, no reference, as the verdicts go", () => {
  const say = (...session: Parameters<typeof reportOf>): [string, string] => {
    const report = reportOf(...session);
    const claims: [string, string] = [times.claim(report, es), times.claim(report, en)];
    for (const claim of claims) assert.ok(claim.split(/\s+/).length <= 15, claim);
    return claims;
  };
  const seventh = slower(pool, 1.4);
  const twin = { ...seventh, label: "threads2", backend: "threads" };
  const third = { ...seventh, label: "mp2_mem", backend: "mp_mem" };
  const noise = { noise: 0.01, cores: 4 };
  assert.equal(say([...SEC, seventh], QUIET), [
    "mp_v2 con 2 procesos es la más rápida: tarda un 30\u00a0% menos que sec",
    "mp_v2 with 2 processes is the fastest: it takes 30% less than sec",
  ]);
  assert.is(say([...SEC, pool], QUIET)[0], "mp_v2 con 2 procesos es la más rápida: tarda la mitad que sec");
  const [tie] = say([...SEC, seventh, twin], noise);
  assert.match(tie, /^(mp2_v2 y threads2|threads2 y mp2_v2) empatan: tardan un 30\u00a0% menos que sec$/);
  assert.match(
    say([...SEC, seventh, twin, third], noise)[1],
    /^\w+ and 2 others tie: they take 30% less than sec$/,
  );
  const near = slower(twin, 1.05);
  assert.equal(say([...SEC, seventh, near], { noise: 0.05, cores: 4 }), [
    "mp2_v2 tarda un 30\u00a0% menos que sec y no se distingue de threads2",
    "mp2_v2 takes 30% less than sec; threads2 cannot be told from it",
  ]);
  assert.match(
    say([...SEC, seventh, near, slower(third, 1.03)], { noise: 0.05, cores: 4 })[0],
    /^\w+ tarda un \d+\u00a0% menos que sec y no se distingue de otras 2$/,
  );
  assert.equal(say([...SEC, slower(pool, 2.6)], QUIET), [
    "Con esta pila, repartir el trabajo no ayuda: alcanza un proceso",
    "With this stack, sharing the work does not help: one process is enough",
  ]);
  assert.equal(say([...SEC, pool], { ...QUIET, blocks: 4 }), [
    "Todavía no se puede decir: faltan 2 bloques",
    "It cannot be told yet: 2 more blocks are needed",
  ]);
  assert.is(say(SEC, QUIET)[0], "Sólo se midió sec: no hay con qué comparar");
  assert.is(say([pool, twin], QUIET)[0], "No se puede decir cuál es la más rápida: falta medir sec");
});

test.run();
