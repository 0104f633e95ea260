// The whole fault matrix: 50 moments a command. node dist/test/run.js --long matrix
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { testUnless } from "../testUnless";
import { hitBench, hitCommand, makeCases } from "./matrix.fixture";

const MOMENTS = 50;
const folder = mkdtempSync(join(tmpdir(), "pila-matrix-"));

for (const [i, one] of makeCases(folder).entries()) {
  testUnless(one.missing)(`${one.name}: ${MOMENTS} moments`, async () => {
    const count = await hitCommand(one, MOMENTS, i + 1);
    console.log(`${one.name}: ${MOMENTS} moments, ${count.hit} at work, ${count.old} old, ${count.new} new`);
  });
}

test(`bench: ${MOMENTS} moments`, async () => {
  const hits = await hitBench(folder, MOMENTS, 99);
  console.log(`bench: ${MOMENTS} moments, ${hits} at work`);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));
test.run();
