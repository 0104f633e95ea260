import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Session } from "../../../src/core/records";
import { createRandom, shuffle } from "../../../src/evidence/numbers";
import { summarise } from "../../../src/evidence/summary";
import { CLAIMS, evaluateClaims } from "../../../src/report/claims/registry";
import { claimsToHtml, claimsToMarkdown } from "../../../src/report/claims/renderClaims";
import { slower, synthesise } from "../../records/session.fixture";
import { bandwidth, ideal, imbalance, oversubscribed, pixelPool, pool, SEC, SEC_STEPS } from "./culprits";
import { answersTo, everythingSaid } from "./sentences";

const TWO_CORES = { cores: 2 };
const quickChild = pool("mp2_v2", "mp_v2", 0.05, 0.05);

test("two opposite sets of records give opposite sentences", () => {
  const first = synthesise([...SEC, ideal, pixelPool(5)], TWO_CORES);
  const second = synthesise([...SEC, slower(ideal, 4), slower(pixelPool(0.1), 0.5)], TWO_CORES);
  assert.match(answersTo(first, "fastest").claims[0]!, /^La más rápida es threads2: /);
  assert.match(answersTo(second, "fastest").claims[0]!, /^La más rápida es mp2: /);
  const [fast, slow] = [answersTo(first, "speedup", "en"), answersTo(second, "speedup", "en")];
  const of = (answers: typeof fast, label: string): string =>
    answers.claims.find((text) => text.startsWith(label))!;
  assert.match(of(fast, "threads2"), /is faster than sec: speedup (2\.0|1\.9)/);
  assert.match(of(slow, "threads2"), /is slower than sec: speedup 0\.5/);
  assert.match(of(fast, "mp2"), /is slower than sec/);
  assert.match(of(slow, "mp2"), /is faster than sec/);
});

test("the numbers of a speedup are the medians of the untraced runs, recomputed from the records", () => {
  const session = synthesise([...SEC, imbalance], { cores: 2, noise: 0.03 });
  const medianOf = (label: string): number => {
    const kept = session.runs.filter((run) => run.label === label && !run.warmup && !run.traced);
    const sorted = kept.map((run) => run.wallSeconds!).sort((a, b) => a - b);
    const half = sorted.length / 2;
    return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
  };
  const [text] = answersTo(session, "speedup", "en").claims;
  const pattern =
    /^threads2 .*: speedup ([\d.]+) \[([\d.]+); ([\d.]+)\] \(medians of 10 blocks: ([\d.]+) s of sec, ([\d.]+) s of threads2\), efficiency ([\d.]+)/;
  const [gain, low, high, ofSec, own, efficiency] = pattern.exec(text!)!.slice(1).map(Number) as number[];
  const [expectedSec, expectedOwn] = [medianOf("sec"), medianOf("threads2")];
  assert.ok(Math.abs(ofSec! - expectedSec) <= 0.051, text);
  assert.ok(Math.abs(own! - expectedOwn) <= 0.0051, text);
  assert.ok(Math.abs(gain! - expectedSec / expectedOwn) <= 0.0051, text);
  assert.ok(Math.abs(efficiency! - expectedSec / expectedOwn / 2) <= 0.0051, text);
  assert.ok(low! < gain! && gain! < high!, text);
});

test("shuffled labels are not distinguishable, whatever the seed", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const session = synthesise([...SEC, ideal, imbalance, quickChild], { cores: 2, seed });
    const shuffled = shuffleWithinBlocks(session, seed);
    const text = everythingSaid(shuffled, "es");
    assert.match(answersTo(shuffled, "fastest").claims[0]!, /no hay una única más rápida/i, text);
    assert.equal(answersTo(shuffled, "whyNotFaster").claims, [], `seed ${seed}`);
    assert.not.match(answersTo(shuffled, "speedup").claims.join("\n"), /más rápida que|más lenta que/);
  }
});

/** Times and spans stay with their runs; who made them is drawn anew in every block. */
function shuffleWithinBlocks(session: Session, seed: number): Session {
  const random = createRandom(seed);
  const blocks = [...new Set(session.runs.map((run) => run.block))];
  const runs = blocks.flatMap((block) => {
    const own = session.runs.filter((run) => run.block === block);
    const names = shuffle(
      own.map(({ label, twin, backend, workers, traced }) => ({ label, twin, backend, workers, traced })),
      random,
    );
    return own.map((run, i) => ({ ...run, ...names[i]! }));
  });
  return { ...session, runs };
}

test("noise alone: identical configurations are not distinguishable and the floor is told", () => {
  const same = { ...ideal, label: "threads1", workers: 1, timeline: [SEC_STEPS] };
  const session = synthesise([...SEC, same], { cores: 2, noise: 0.05 });
  assert.match(answersTo(session, "fastest").claims[0]!, /^No hay una única más rápida/);
  assert.match(answersTo(session, "notDistinguishable").claims[0]!, /no se distingue de/);
  assert.equal(answersTo(session, "whyNotFaster").claims, []);
});

test("a backend whose pixels differ is told as failed and is in no statement of times", () => {
  const failure = (): string => "its output differs from sec (ffff, expected 0000)";
  const session = synthesise([...SEC, quickChild, { ...slower(ideal, 0.2), failure }], TWO_CORES);
  for (const { id } of CLAIMS) {
    const said = answersTo(session, id);
    const about = [...said.claims, ...said.refusals].filter((text) => text.includes("threads2"));
    if (id !== "failures") assert.equal(about, [], id);
    else
      assert.match(
        about.join("\n"),
        /de 17 corridas 17 fallaron, «its output differs .*»; no entra en ninguna afirmación/,
      );
  }
  assert.match(answersTo(session, "fastest").claims[0]!, /^La más rápida es mp2_v2/);
});

test("some failures are counted, and skipped backends give their reason", () => {
  const failure = (block: number): string | null => (block === 3 ? "exit code 1" : null);
  const skipped = [{ label: "mpi2", reason: "mpiexec not found" }];
  const session = synthesise([...SEC, { ...ideal, failure }], { cores: 2, skipped });
  const { claims } = answersTo(session, "failures", "en");
  assert.equal(claims, [
    "threads2: of 17 runs 1 failed, «exit code 1»; the rest counts.",
    "mpi2 was not measured: «mpiexec not found».",
  ]);
  const [told] = evaluateClaims(summarise(session)).find((one) => one.id === "failures")!.verdicts;
  assert.equal(
    told!.kind === "claim" ? told!.rows : [],
    session.runs.filter((run) => run.outcome === "failed").map((run) => run.runId),
  );
  assert.match(
    answersTo(synthesise([...SEC, ideal]), "failures").claims[0]!,
    /^Ninguna de las \d+ corridas falló/,
  );
});

test("more workers than cores are no scaling point", () => {
  const { refusals, claims } = answersTo(
    synthesise([...SEC, ideal, oversubscribed(5)], TWO_CORES),
    "speedup",
  );
  assert.equal(refusals, ["threads4: 4 trabajadores en 2 núcleos: no es un punto de escalado"]);
  assert.is(claims.length, 1);
});

test("fewer than 6 blocks carry no verdict", () => {
  const session = synthesise([...SEC, imbalance], { cores: 2, blocks: 4 });
  assert.match(answersTo(session, "fastest").refusals[0]!, /menos de 6 bloques: no hay intervalo/);
  assert.match(answersTo(session, "speedup").refusals[0]!, /sin intervalo no se afirma una aceleración/);
  assert.match(answersTo(session, "whyNotFaster").refusals[0]!, /menos de 6 bloques/);
});

test("without the A/A pair no difference is called", () => {
  const [sec] = SEC;
  const { twin: _, ...alone } = sec!;
  const session = synthesise([alone, imbalance], TWO_CORES);
  assert.match(answersTo(session, "fastest").refusals[0]!, /falta el par A\/A/);
  assert.match(answersTo(session, "quietMachine").refusals[0]!, /falta el par A\/A/);
});

test("every claim answers every session in both languages, without a hole in a sentence", () => {
  const sessions: readonly Session[] = [
    { env: null, runs: [], spans: [] },
    synthesise(SEC, { blocks: 1 }),
    synthesise([...SEC, ideal, bandwidth, pixelPool(5), quickChild, oversubscribed(5)], TWO_CORES),
    { ...synthesise([...SEC, imbalance], TWO_CORES), env: null },
    { ...synthesise([...SEC, imbalance], TWO_CORES), spans: [] },
  ];
  for (const session of sessions) {
    const evaluated = evaluateClaims(summarise(session));
    assert.is(evaluated.length, CLAIMS.length);
    for (const { id, verdicts } of evaluated) {
      assert.ok(verdicts.length > 0, id);
      for (const verdict of verdicts) {
        const text = verdict.kind === "claim" ? verdict.text : verdict.reason;
        for (const sentence of [text.es, text.en]) {
          assert.not.match(
            sentence,
            /undefined|null|NaN|Infinity|\[object| {2}|\.\.|\( |,,/,
            `${id}: ${sentence}`,
          );
          if (verdict.kind === "claim") assert.match(sentence, /\.$/, id);
        }
        assert.is(
          text.es.match(/\d+/g)?.length,
          text.en.match(/\d+/g)?.length,
          `${id}: ${text.es} | ${text.en}`,
        );
        const known = new Set(session.runs.map((run) => run.runId));
        if (verdict.kind === "claim") {
          assert.ok(
            verdict.rows.every((row) => known.has(row)),
            id,
          );
          assert.ok(verdict.rows.length > 0 || ["quietMachine", "failures"].includes(id), id);
        }
      }
    }
  }
});

test("Markdown and HTML hold every sentence, escaped and linked to its figure", () => {
  const failure = (): string => "a < b & *c*";
  const claims = evaluateClaims(
    summarise(synthesise([...SEC, ideal, { ...bandwidth, label: "x<y", failure }], TWO_CORES)),
  );
  const [html, markdown] = [claimsToHtml(claims, "es"), claimsToMarkdown(claims, "en")];
  assert.match(html, /«a &lt; b &amp; \*c\*»/);
  assert.match(html, /<section class="claim" id="claim-fastest">\n<h3>La más rápida<\/h3>/);
  assert.match(html, /<a href="#T2">tabla T2<\/a>/);
  assert.match(markdown, /«a \\< b & \\\*c\\\*»/);
  assert.match(markdown, /\(\[figure F2\]\(#F2\)\)/);
  assert.is(html.match(/<li/g)!.length, claims.flatMap((claim) => claim.verdicts).length);
  assert.is(markdown.match(/^- /gm)!.length, claims.flatMap((claim) => claim.verdicts).length);
  assert.is(new Set(CLAIMS.map((claim) => claim.id)).size, CLAIMS.length);
});

test.run();
