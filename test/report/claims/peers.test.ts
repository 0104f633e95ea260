import { test } from "uvu";
import * as assert from "uvu/assert";
import { summarise } from "../../../src/evidence/summary";
import { slower, synthesise } from "../../records/session.fixture";
import { ideal, SEC } from "./culprits";
import { answersTo } from "./sentences";

const TWO_CORES = { cores: 2 };

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

test.run();
