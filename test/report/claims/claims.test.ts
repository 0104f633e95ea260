import { test } from "uvu";
import * as assert from "uvu/assert";
import { createRandom, shuffle } from "../../../src/evidence/random";
import { summarise } from "../../../src/evidence/summarise";
import type { Session } from "../../../src/evidence/summary";
import { CLAIMS, evaluateClaims } from "../../../src/report/claims/registry";
import { claimsToHtml, claimsToMarkdown } from "../../../src/report/claims/renderClaims";
import {
  bandwidth,
  ideal,
  imbalance,
  oversubscribed,
  pixelPool,
  pool,
  SEC,
  SEC_STEPS,
  sharedDisk,
} from "./culprits";
import { answersTo, everythingSaid } from "./sentences";
import { type SyntheticConfiguration, secTwins, slower, stackBytes, synthesise } from "./syntheticSession";

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

test("the cost of communication is the difference over the messages and bytes beyond", () => {
  const session = synthesise([...SEC, pixelPool(5), quickChild], { cores: 2, noise: 0 });
  const [text] = answersTo(session, "ipcCost", "en").claims;
  // mp2 takes 0.92 + 5 + 8 + 0.2 s, mp2_v2 0.02 + 0.05 + 4.85 + 0.05 + 0.1 s.
  const extra = 14.12 - 5.07;
  const megabytes = (stackBytes(8) - 2e6) / 1e6;
  assert.match(text!, /a difference of 9\.05 s/);
  const [perMegabyte, perMessage] = /([\d.]+) ms per MB .* or ([\d.]+) ms per message/
    .exec(text!)!
    .slice(1)
    .map(Number);
  assert.ok(Math.abs(perMegabyte! - (extra / megabytes) * 1e3) <= 0.5, text);
  assert.ok(Math.abs(perMessage! - (extra / 20) * 1e3) <= 0.51, text);
  assert.match(text!, /1 computes in mp2 and 2 in mp2_v2: that part of the difference is not IPC/);
  const equal = synthesise([...SEC, { ...quickChild, label: "mp2", backend: "mp" }, quickChild], TWO_CORES);
  assert.match(answersTo(equal, "ipcCost").claims[0]!, /no se distinguen/);
  assert.match(answersTo(synthesise([...SEC, ideal]), "ipcCost").refusals[0]!, /hace falta mp y mp_v2/);
});

test("bound by computing or by I/O, with the rate against the measured roof", () => {
  const computing = answersTo(synthesise([...SEC, sharedDisk], TWO_CORES), "inputOrCompute").claims;
  assert.match(computing[0]!, /^A sec la limita el cálculo: .*lejos del techo\.$/);
  const reading = secTwins([
    ["read", 6, 24e9],
    ["compute", 2],
  ]);
  const [text] = answersTo(synthesise([...reading, ideal], { cores: 2, noise: 0 }), "inputOrCompute").claims;
  assert.match(text ?? "", /^A threads2|^A sec/);
  const ofSec = answersTo(
    synthesise([...reading, ideal], { cores: 2, noise: 0 }),
    "inputOrCompute",
  ).claims.find((one) => one.startsWith("A sec"))!;
  assert.match(
    ofSec,
    /la limita la entrada y salida: .*4000 MB\/s \(24,0 GB en 6,00 s\), 100 % del techo medido/,
  );
  assert.match(ofSec, /está en el techo\.$/);
});

test("break-even needs three sizes and differing slopes, and is where the lines cross", () => {
  const at = (
    dates: number,
    fixed: number,
    each: number,
    own: SyntheticConfiguration,
  ): SyntheticConfiguration => ({
    ...own,
    dates,
    timeline: [[["compute", fixed + each * dates]]],
  });
  const session = (sizes: readonly number[]): Session =>
    synthesise(
      sizes.flatMap((dates) => [...SEC.map((one) => at(dates, 1, 1, one)), at(dates, 5, 0.5, ideal)]),
      { cores: 2, noise: 0.002 },
    );
  const [crossing] = answersTo(session([2, 4, 16]), "breakEven", "en").claims;
  const [, size] = /^From n\* = ([\d.]+) \[[\d.]+; [\d.]+\] dates on threads2 takes less than sec/.exec(
    crossing!,
  )!;
  assert.ok(Math.abs(Number(size) - 8) < 0.15, crossing);
  assert.not.match(crossing!, /extrapolation/);
  assert.match(
    answersTo(session([1, 2, 4]), "breakEven").claims[0]!,
    /es una extrapolación, se midió entre 1,00 y 4,00/,
  );
  assert.match(answersTo(session([2, 4]), "breakEven").refusals[0]!, /sólo 2 tamaños/);
  const single = synthesise([...SEC, ideal].map((one) => ({ ...one, dates: 2 })));
  assert.match(answersTo(single, "breakEven", "en").refusals[0]!, /all runs are of 2 dates: no break-even/);
});

test("fused is held against prep + sec of the same blocks only", () => {
  const prep = { ...ideal, label: "prep2", backend: "prep" };
  const fused = { ...slower(ideal, 1.2), label: "fused2", backend: "fused" };
  const saving = answersTo(synthesise([...SEC, prep, fused], { cores: 2, noise: 0 }), "fusedSaving", "en")
    .claims[0]!;
  assert.match(
    saving,
    /^fused2 saves time against prep2 \+ sec: 6\.00 s.* against 15\.0 s.*ratio 0\.400.*difference 9\.00 s/,
  );
  const losing = synthesise([...SEC, prep, slower(fused, 5)], { cores: 2, noise: 0 });
  assert.match(
    answersTo(losing, "fusedSaving", "en").claims[0]!,
    /^fused2 loses time against prep2 \+ sec: 30\.0 s.* difference 15\.0 s/,
  );
  assert.is(answersTo(synthesise([...SEC, fused]), "fusedSaving").claims.length, 0);
  const all = answersTo(synthesise([...SEC, prep, fused], TWO_CORES), "fastest").refusals[0]!;
  assert.match(all, /sólo hay tiempos de sec/);
});

test("cold against warm is told with both", () => {
  const cold = SEC.map((one) => ({ ...slower(one, 2), cache: "cold" as const }));
  const { claims } = answersTo(synthesise([...SEC, ...cold], { cores: 2, noise: 0.001 }), "coldCache");
  assert.match(
    claims[0]!,
    /^sec \(8 fechas\) tarda más con la caché fría: razón [12],\d+ \[.*20,0 s contra (10,00|9,99|10,0) s/,
  );
});

test("a noisy, drifting session is told to be so, a quiet one too", () => {
  const quiet = answersTo(synthesise([...SEC, ideal]), "quietMachine").claims.join("\n");
  assert.match(quiet, /estuvo quieta/);
  assert.match(quiet, /Ninguna de las/);
  assert.match(quiet, /no hay deriva/);
  const busy = synthesise([...SEC, ideal], { noise: 0.15, drift: 3, noisyShare: 0.5 });
  const told = answersTo(busy, "quietMachine").claims.join("\n");
  assert.match(told, /no estuvo lo bastante quieta/);
  assert.match(told, /quedan marcadas y cuentan\. Son muchas/);
  assert.match(told, /hubo deriva/);
  const flagged = answersTo(synthesise([...SEC, ideal], { noisyShare: 0.5 }), "quietMachine").claims.join(
    "\n",
  );
  assert.match(flagged, /El piso no llega al margen de 5 %.*\n.*Son muchas/);
  assert.not.match(flagged, /estuvo quieta/);
  const drifting = answersTo(synthesise([...SEC, ideal], { drift: 1.9 }), "quietMachine").claims.join("\n");
  assert.match(drifting, /hubo deriva; las razones comparan corridas de los mismos bloques/);
  assert.not.match(drifting, /estuvo quieta/);
});

test("what recording spans costs is told, and where times are of runs with spans", () => {
  const none = answersTo(synthesise([...SEC, ideal], { noise: 0.001 }), "tracing").claims[0]!;
  assert.match(none, /cuestan menos de 1 %/);
  const slight = synthesise([...SEC, ideal], { noise: 0.0002, tracing: 1.004 });
  assert.match(answersTo(slight, "tracing").claims[0]!, /cuestan menos de 1 %/);
  const dear = answersTo(synthesise([...SEC, ideal], { noise: 0.001, tracing: 1.08 }), "tracing").claims[0]!;
  assert.match(dear, /sin ellas: 1,0(79|8\d)\d* \[.*alarga los tiempos/);
  assert.match(answersTo(synthesise(SEC, { traceEvery: 0 }), "tracing").refusals[0]!, /ningún bloque/);
});

test("a peer has its speedup and agreement, with its own words", () => {
  const peer = { ...slower(ideal, 5), label: "py_mp2", backend: "peer", untraced: true };
  const session = synthesise([...SEC, ideal, peer], TWO_CORES);
  assert.match(
    answersTo(session, "speedup").claims.join("\n"),
    /py_mp2 es más lenta que sec: aceleración 0,4/,
  );
  assert.match(
    answersTo(session, "agreement").claims[1]!,
    /^py_mp2 \(10 corridas válidas\) coincide con sec dentro de la tolerancia/,
  );
  const failure = (block: number): string | null => (block % 2 === 1 ? "its mean at row 1 is 2" : null);
  const half = synthesise([...SEC, ideal, { ...peer, failure }], TWO_CORES);
  const [own, outside] = answersTo(half, "agreement").claims;
  assert.not.match(own!, /fuera/);
  assert.match(outside!, /^py_mp2 \(5 corridas válidas, 5 fallidas\) coincide/);
});

test("a peer's numbers of workers are told where it is told them, and only there", () => {
  const timed = { ...slower(ideal, 5), backend: "peer", untraced: true };
  const one = { ...timed, ...slower(ideal, 8), label: "py_mp1_v2", program: "py_mp_v2", workers: 1 };
  const two = { ...timed, label: "py_mp2_v2", program: "py_mp_v2" };
  const other = { ...timed, label: "py_own2", program: null, workers: 1 };
  const session = synthesise(
    [...SEC, ideal, ...[one, two, other].map((peer) => ({ ...peer, backend: "peer", untraced: true }))],
    { cores: 2, noise: 0 },
  );
  const { claims } = answersTo(session, "speedup");
  const of = (label: string): string => claims.find((text) => text.startsWith(label))!;
  assert.match(
    of("py_mp2_v2"),
    /aceleración 0,4.*eficiencia 0,2.* con 2 trabajadores\. Respecto de py_mp1_v2 .*: 1,6/,
  );
  assert.match(of("py_own2"), /aceleración 0,4/);
  assert.not.match(of("py_own2"), /trabajador|eficiencia|Respecto/);
  const [level] = summarise(session).levels;
  assert.equal(
    level!.configurations.filter((each) => each.kind === "peer").map((each) => each.efficiency !== null),
    [true, true, false],
  );
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
