import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Phase, Span } from "../../src/core/records";
import { PHASES } from "../../src/core/records";
import { layoutGrid } from "../../src/report/charts/panelGrid";
import { parseLabel } from "../../src/report/charts/parseLabel";
import { PHASE_GROUPS } from "../../src/report/charts/phaseGroups";
import { placeLabels } from "../../src/report/charts/placeLabels";
import { layoutTimeline } from "../../src/report/charts/timeline";
import {
  formatFixed,
  formatInterval,
  formatNumber,
  formatPercent,
  formatSeconds,
  formatTick,
} from "../../src/report/formatNumber";

test("labels: number after the first part; anything else keeps its name", () => {
  assert.equal(parseLabel("sec"), { backend: "sec", workers: 1 });
  assert.equal(parseLabel("mp4"), { backend: "mp", workers: 4 });
  assert.equal(parseLabel("mp4_v2"), { backend: "mp_v2", workers: 4 });
  assert.equal(parseLabel("mp16_mem"), { backend: "mp_mem", workers: 16 });
  assert.equal(parseLabel("threads2"), { backend: "threads", workers: 2 });
  for (const label of ["mp4_v3", "py_sec", "secuencial", "mi corrida 4", "4"]) {
    assert.equal(parseLabel(label), { backend: label, workers: null });
  }
});

test("numbers: three digits, decimal comma and blank in Spanish, point in English", () => {
  assert.equal(
    [0.012345, 0.9999, 1.2, 12.34, 123.4, 1234.5, 0].map((value) => formatNumber(value, "es")),
    ["0,0123", "1,00", "1,20", "12,3", "123", "1235", "0"],
  );
  assert.equal(
    [1234567.891, -54321, -0.0001].map((value) => formatFixed(value, 1, "en")),
    ["1\u202f234\u202f567.9", "-54\u202f321.0", "0.0"],
  );
  assert.equal(
    [0.5, 2, 1200, 33300, 0.25, 33333.3, 0.123456, 1.5e-7].map((value) => formatTick(value, "es")),
    ["0,5", "2", "1200", "33\u202f300", "0,25", "33\u202f330", "0,1235", "0,00000015"],
  );
  assert.is(formatSeconds(1.2, "en"), "1.20\u00a0s");
  assert.is(formatPercent(0.123, "es"), "12\u00a0%");
  assert.is(formatPercent(0.123, "en"), "12%");
  const interval = { low: 1.5, high: 2, coverage: 0.95 };
  assert.is(formatInterval(interval, "es"), "[1,50; 2,00]");
  assert.is(formatInterval(interval, "en"), "[1.50, 2.00]");
  assert.is(formatInterval(null, "es"), "—");
});

test("every phase of the records is in exactly one group", () => {
  const grouped = PHASE_GROUPS.flatMap((group) => group.phases);
  assert.equal([...grouped].sort(), [...PHASES, "other"].sort());
});

function alternate(count: number): Span[] {
  const phases: readonly Phase[] = ["read", "compute", "compute"];
  return Array.from({ length: count }, (_, i) => ({
    worker: 3,
    phase: phases[i % 3]!,
    item: "",
    startSeconds: i / count,
    endSeconds: (i + 1) / count,
    bytes: 0,
  }));
}

for (const count of [30, 3000]) {
  test(`a timeline of ${count} spans keeps each phase's area`, () => {
    const pieces = layoutTimeline(alternate(count), 1.25);
    const area = (group: string): number =>
      pieces
        .filter((piece) => piece.group === group)
        .reduce((sum, { x1, x2, y1, y2 }) => sum + (x2 - x1) * (y2 - y1), 0);
    assert.ok(Math.abs(area("read") - 1 / 3) < 0.01, String(area("read")));
    assert.ok(Math.abs(area("compute") - 2 / 3) < 0.01, String(area("compute")));
    assert.ok(pieces.length < 400, String(pieces.length));
    assert.ok(
      pieces.every(
        (piece) => piece.worker === 3 && piece.y1 >= 0 && piece.y2 <= 1 && piece.x2 <= 1.25 + 1e-9,
      ),
    );
  });
}

test("labels of near marks do not cover each other, and stay inside the frame", () => {
  const anchors = [0, 1, 2, 3].map((i) => ({ label: `mp${i}_mem`, x: 200 + 12 * i, y: 100 + 6 * i }));
  const placed = placeLabels(
    [...anchors, { label: "edge_label", x: 395, y: 20 }],
    { width: 400, height: 200 },
    12,
  );
  const edge = placed.at(-1)!;
  assert.is(edge.textAnchor, "end");
  const boxes = placed.map(({ label, x, y, dx, dy, textAnchor }) => {
    const width = label.length * 12 * 0.58;
    const left = x + dx - (textAnchor === "start" ? 0 : textAnchor === "end" ? width : width / 2);
    return { left, right: left + width, top: y + dy - 6, bottom: y + dy + 6 };
  });
  boxes.forEach((a, i) => {
    for (const b of boxes.slice(i + 1)) {
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      assert.ok(apart, `${i}`);
    }
  });
});

test("panels fill their width in rows as even as can be", () => {
  const cells = layoutGrid(4, 600, 100);
  assert.equal(
    cells.map(({ x, y }) => [Math.round(x), y]),
    [
      [0, 0],
      [306, 0],
      [0, 112],
      [306, 112],
    ],
  );
  assert.is(layoutGrid(5, 600, 100)[4]!.y, 112);
});

test.run();
