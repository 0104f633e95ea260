import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { EnvRecord, Session } from "../../src/core/records";
import { compareSessions } from "../../src/evidence/compareSessions";
import { defaultOptions } from "../../src/evidence/summary";
import { appendRun, appendSpans, writeEnv } from "../../src/records/runFolder";
import { describeComparison } from "../../src/report/comparison";
import { synthesise } from "../records/session.fixture";
import { bandwidth, ideal, pixelPool, SEC } from "./culprits.fixture";

function describe(a: Session, b: Session): string {
  return describeComparison(compareSessions(a, b, defaultOptions(a)))
    .join("\n")
    .replace(/\u00a0/g, " ");
}

const before = synthesise([...SEC, ideal], { cores: 2 });
const after = synthesise([...SEC, bandwidth, pixelPool(5)], { cores: 2, seed: 5 });

test("a configuration that became slower is told with its ratio, the unchanged one is not distinguishable", () => {
  const text = describe(before, after);
  assert.match(text, /environment: no difference recorded/);
  assert.match(text, /^ {2}sec +[\d.]+ s +[\d.]+ s +1\.0\d+ \[.*the same, as far as can be seen$/m);
  // 5 s against 9 s.
  assert.match(
    text,
    /^ {2}threads2 +(5\.00|4\.99|5\.01) s +(9\.0|8\.9)\d s +1\.(79|80)\d* \[.* B is slower$/m,
  );
  assert.match(text, /only in B: mp2 \(8 dates of 1024 × 1024 pixels, files already in memory\)/);
  assert.match(describe(after, before), /threads2 .* 0\.55\d* \[.* B is faster/);
});

test("what one side alone measured is one line", () => {
  const many = synthesise([...SEC, bandwidth, pixelPool(5), { ...pixelPool(5), label: "mp3", workers: 3 }], {
    cores: 2,
  });
  const lines = describe(before, many)
    .split("\n")
    .filter((line) => line.startsWith("only in"));
  assert.equal(lines, ["only in B: mp2, mp3 (8 dates of 1024 × 1024 pixels, files already in memory)"]);
});

test("across machines the ratios stay and every verdict is refused", () => {
  const machine = { ...before.env.machine, machineId: "another", cpuModel: "Another CPU" };
  const env: EnvRecord = { ...after.env, machine };
  const text = describe(before, { ...after, env });
  assert.match(text, /machine\.cpuModel +Synthetic CPU +Another CPU/);
  assert.match(text, /threads2 .* refused$/m);
  assert.match(text, /no verdicts: the runs were measured on different machines/);
  assert.not.match(text, /B is|can be seen/);
});

test("other data are noted beside the ratios", () => {
  const env: EnvRecord = { ...after.env, dataset: { ...after.env.dataset, sha256: "1".repeat(64) } };
  assert.match(describe(before, { ...after, env }), /note: the data are not the same files/);
});

test("pila compare prints the table or one JSON object, and names a folder that is no run", () => {
  const root = mkdtempSync(join(tmpdir(), "pila-compare-"));
  try {
    const folders = [before, after].map((session, i) => {
      const folder = join(root, String(i));
      writeEnv(folder, session.env);
      appendSpans(folder, session.spans);
      for (const run of session.runs) appendRun(folder, run);
      return folder;
    });
    const table = compare(...folders);
    assert.is(table.status, 0, table.stderr);
    assert.match(table.stdout, /^ {2}threads2 .* B is slower$/m);
    const { command, rows, refused } = JSON.parse(compare(...folders, "--json").stdout);
    assert.equal([command, refused], ["compare", null]);
    assert.equal(
      rows.map((row: { label: string; verdict: { kind: string } }) => [row.label, row.verdict.kind]),
      [
        ["sec", "indistinguishable"],
        ["threads2", "slower"],
      ],
    );
    const none = compare(folders[0]!, join(root, "none"));
    assert.is(none.status, 1);
    assert.match(none.stderr, /^pila: RecordError: .*none.env\.json: found no such file/);
    assert.is(compare(folders[0]!).status, 2);
  } finally {
    rmSync(root, { recursive: true });
  }
});

function compare(...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const cli = join(__dirname, "../../bin/pila.js");
  return spawnSync(process.execPath, [cli, "compare", ...words], { encoding: "utf8" });
}

test.run();
