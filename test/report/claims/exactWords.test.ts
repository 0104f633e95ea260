import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Session } from "../../../src/core/records";
import {
  type Step,
  type SyntheticConfiguration,
  secTwins,
  slower,
  synthesise,
} from "../../records/session.fixture";
import { ideal, pixelPool, pool, SEC, SEC_STEPS } from "./culprits";
import { answersTo, everythingSaid } from "./sentences";

const TWO_CORES = { cores: 2 };
const quickChild = pool("mp2_v2", "mp_v2", 0.05, 0.05);

test("many small messages are held against the measured cost of one, bytes against the pipe", () => {
  const costly = (ipcMessages: number, ipcBytes: number): SyntheticConfiguration => ({
    ...pixelPool(5),
    ipcMessages,
    ipcBytes,
  });
  const tell = (own: SyntheticConfiguration): string =>
    answersTo(synthesise([...SEC, own, quickChild], TWO_CORES), "ipcCost").claims[0]!;
  const small = tell(costly(200_004, 2e6));
  assert.match(small, /mp2 mueve 2,00 MB en 200\s004 mensajes y mp2_v2 mueve 2,00 MB en 4 mensajes\./);
  assert.match(small, /A 20,0 µs medidos por mensaje en esta máquina, esos mensajes tardan 4,00 s\./);
  assert.not.match(small, /tubería|por MB/);
  const huge = tell(costly(4, 3.002e9));
  assert.match(
    huge,
    /Por una tubería de esta máquina \(1500 MB\/s medidos\) esos bytes tardarían 2,00 s; pasan por memoria compartida\./,
  );
  assert.not.match(huge, /por mensaje/);
});

test("what is mostly start-up is told so, and readers together are held against the roof", () => {
  const tiny = secTwins([
    ["init", 0.045],
    ["read", 0.002, 4e6],
    ["compute", 0.004],
  ]);
  const [text] = answersTo(synthesise(tiny, { noise: 0 }), "inputOrCompute").claims;
  assert.match(text!, /no la limitan por sí solos .* La mayor parte es arranque y cierre: 0,0450 \(88 %\)\./);
  assert.match(text!, /2000 MB\/s .*50 % del techo .*: la lectura está cerca del techo\.$/);
  const half: readonly Step[] = [
    ["read", 3, 6e9],
    ["compute", 1],
  ];
  const pair = { ...ideal, timeline: [half, half] };
  const session = synthesise([...secTwins([["compute", 9]]), pair], { cores: 2, noise: 0 });
  const both = answersTo(session, "inputOrCompute").claims.find((one) => one.startsWith("A threads2"))!;
  assert.match(both, /va a 4000 MB\/s \(12,0 GB en 3,00 s\), 100 % .*: la lectura está en el techo\.$/);
});

test("with both states of the cache each has its bound", () => {
  const cold = secTwins(
    [
      ["read", 20, 4e9],
      ["compute", 8],
    ],
    { cache: "cold" },
  );
  const [warm, disk] = answersTo(synthesise([...SEC, ...cold], { noise: 0 }), "inputOrCompute").claims;
  assert.match(warm!, /^A sec, con caché caliente, la limita el cálculo/);
  assert.match(
    disk!,
    /^A sec, con caché fría, la limita la entrada y salida: .*200 MB\/s .*está en el techo\.$/,
  );
});

test("spans that do not add up are told as such by every claim that would use them", () => {
  const session = synthesise([...SEC, pixelPool(5), quickChild], TWO_CORES);
  const doubled = session.spans.filter((span) => span.phase === "compute");
  const broken = { ...session, spans: [...session.spans, ...doubled] };
  for (const id of ["inputOrCompute", "serialFraction", "whyNotFaster"] as const) {
    const { claims, refusals } = answersTo(broken, id);
    assert.equal(claims, [], id);
    assert.match(refusals[0]!, /no cierran \(las de un trabajador se superponen/, id);
    assert.not.match(everythingSaid(broken, "es"), /overlap|sharesDoNotSum/);
  }
  assert.not.match(answersTo(broken, "ipcCost").claims[0]!, /En las trazas/);
});

test("one of anything is told in the singular", () => {
  const sizes = [...SEC, ideal].flatMap((own) => [
    { ...own, dates: 1 },
    { ...own, dates: 1, cache: "cold" as const },
  ]);
  const session = synthesise(sizes, TWO_CORES);
  for (const lang of ["es", "en"] as const) {
    assert.not.match(
      everythingSaid(session, lang),
      /(^|[^\d,.])1 (fechas|dates|corridas|runs|bloques|blocks)\b/,
    );
  }
  const [first] = synthesise(SEC, { blocks: 1 }).runs;
  const failed = { ...first!, outcome: "failed" as const, reason: "exit code 1" };
  const alone = (run: typeof failed | typeof first): string =>
    answersTo({ env: null, runs: [run!], spans: [] }, "failures").claims[0]!;
  assert.match(alone(failed), /^sec: de 1 corrida 1 falló/);
  assert.is(alone(first), "La única corrida no falló ni se omitió.");
});

test("the noise floor is told with its own number, never with the margin's", () => {
  const same = { ...ideal, label: "threads1", workers: 1, timeline: [SEC_STEPS] };
  const session = (seed: number): Session =>
    synthesise([...SEC, slower(same, 1.006)], { cores: 2, seed, noise: 0.008 });
  const told = Array.from({ length: 20 }, (_, seed) => answersTo(session(seed), "speedup").claims[0]!);
  const below = told.filter((text) => text.includes("no supera el piso de ruido"));
  assert.ok(below.length > 0);
  for (const text of below) assert.match(text, /\(la diferencia no supera el piso de ruido\)/);
  const noisy = synthesise([...SEC, slower(same, 1.3)], { cores: 2, noise: 0.3, seed: 4 });
  assert.match(answersTo(noisy, "quietMachine").claims[0]!, /el piso de ruido es un factor 1,[1-9]/);
});

test("the fastest with more workers than cores is told to be no scaling point", () => {
  const session = synthesise([...SEC, { ...ideal, workers: 2 }], { cores: 1 });
  assert.match(
    answersTo(session, "fastest").claims[0]!,
    /^La más rápida es threads2: .*Son 2 trabajadores en 1 núcleo: no es un punto de escalado\./,
  );
});

test("backends that were measured and failed are not told as unmeasured", () => {
  const failure = (): string => "exit code 1";
  const session = synthesise([...SEC, { ...ideal, failure }], TWO_CORES);
  assert.not.match(
    everythingSaid(session, "es"),
    /no se midió nada|no se midió con|no hay otra configuración/,
  );
});

test("memory that is the same is not told as a multiple of itself", () => {
  const same = { ...ideal, label: "threads1", workers: 1, timeline: [SEC_STEPS] };
  assert.not.match(answersTo(synthesise([...SEC, same]), "memory").claims[0]!, /veces lo que/);
  assert.match(
    answersTo(synthesise([...SEC, ideal]), "memory").claims[0]!,
    /threads2 ocupa 2,00 veces lo que sec/,
  );
});

test("a peer is said to agree over so many of all pixels", () => {
  const peer = { ...ideal, label: "ajeno", backend: "peer", kind: "peer" as const };
  const session = synthesise([...SEC, peer], TWO_CORES);
  const runs = session.runs.map((run) => (run.label === "ajeno" ? { ...run, comparedPixels: 250 } : run));
  const said = answersTo({ ...session, runs }, "agreement").claims.find((one) => one.includes("ajeno"))!;
  assert.match(said, /en los 250 de [\d\s]+ píxeles válidos en todas las fechas\.$/);
});

test.run();
