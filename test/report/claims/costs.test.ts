import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Session } from "../../../src/core/records";
import {
  type SyntheticConfiguration,
  secTwins,
  slower,
  stackBytes,
  synthesise,
} from "../../records/session.fixture";
import { ideal, pixelPool, pool, SEC, sharedDisk } from "./culprits";
import { answersTo } from "./sentences";

const TWO_CORES = { cores: 2 };
const quickChild = pool("mp2_v2", "mp_v2", 0.05, 0.05);

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
  const [, size] =
    /^From n\* = ([\d.]+) \[[\d.]+; [\d.]+\] dates on threads2 takes less than sec, with images of [\d x]+, warm cache: it grows/.exec(
      crossing!,
    )!;
  assert.ok(Math.abs(Number(size) - 8) < 0.15, crossing);
  assert.not.match(crossing!, /extrapolation/);
  assert.match(
    answersTo(session([1, 2, 4]), "breakEven").claims[0]!,
    /es una extrapolación, se midió entre 1 y 4/,
  );
  assert.match(answersTo(session([2, 4]), "breakEven").refusals[0]!, /sólo 2 tamaños/);
  const level = (dates: number, side: number): SyntheticConfiguration[] =>
    [...SEC, ideal, pixelPool(5)].map((one) => ({ ...one, dates, shape: { azimuth: side, range: side } }));
  const grid = synthesise([2, 4, 8].flatMap((dates) => [...level(dates, 256), ...level(dates, 512)]));
  assert.equal(answersTo(grid, "breakEven").refusals, [
    "con imágenes de 512 x 512, caché caliente, sec contra mp2 y threads2: las pendientes no se distinguen, así que no se puede dar un punto de cruce",
    "con imágenes de 256 x 256, caché caliente, sec contra mp2 y threads2: las pendientes no se distinguen, así que no se puede dar un punto de cruce",
    ...[2, 8, 4].map(
      (dates) =>
        `con ${dates} fechas, caché caliente, sólo 2 tamaños (0,0655 y 0,262 millones de píxeles): por dos puntos pasa siempre una recta, y no hay punto de cruce n*`,
    ),
  ]);
  const single = synthesise([...SEC, ideal].map((one) => ({ ...one, dates: 2 })));
  assert.match(answersTo(single, "breakEven", "en").refusals[0]!, /all runs are of 2 dates: no break-even/);
});

test("where several sizes were measured every sentence on the main one names it", () => {
  const session = synthesise(
    [2, 8].flatMap((dates) => [...SEC, ideal, pixelPool(5)].map((one) => ({ ...one, dates }))),
    TWO_CORES,
  );
  const place = /^Con \d fechas de \d+ x \d+, caché caliente: [a-z]/;
  for (const id of ["speedup", "whyNotFaster", "serialFraction", "memory", "agreement"] as const) {
    const { claims, refusals } = answersTo(session, id);
    assert.ok(claims.length > 0, id);
    for (const text of [...claims, ...refusals]) assert.match(text, place, id);
  }
  assert.match(
    answersTo(session, "inputOrCompute").claims[0]!,
    /^Con \d fechas de \d+ x \d+: a sec la limita el cálculo/,
  );
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

test.run();
