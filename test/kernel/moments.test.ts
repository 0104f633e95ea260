import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Kernels, openKernels, RegionPlan, STATE_BYTES } from "../../src/kernel/kernels";
import { exactMoments } from "../../src/statistics/exactMoments";
import { anyCell } from "../statistics/floats.fixture";

const CELLS = 8;
const MOST_DATES = 40;

const plan = new RegionPlan();
const values = plan.reserve(MOST_DATES * CELLS * 4);
const states = [
  plan.reserve(CELLS * STATE_BYTES),
  plan.reserve(CELLS * STATE_BYTES),
  plan.reserve(CELLS * STATE_BYTES),
];
const [means, stds, counts, unresolved] = [0, 1, 2, 3].map(() => plan.reserve(CELLS * 4)) as [
  number,
  number,
  number,
  number,
];
const kernels: Kernels = openKernels(plan);

/** The dates of several cells, of different lengths, as rows: shorter ones are NaN at the end. */
function setRows(cells: readonly (readonly number[])[]): number {
  const dates = Math.max(...cells.map((cell) => cell.length));
  for (let date = 0; date < dates; date++) {
    for (let cell = 0; cell < CELLS; cell++) {
      kernels.floats[values / 4 + date * CELLS + cell] = cells[cell % cells.length]![date] ?? Number.NaN;
    }
  }
  return dates;
}

/** What the kernels left behind, with the undecided cells done exactly as the pipeline does. */
function assertExact(cells: readonly (readonly number[])[], left: number, how: string): void {
  const undecided = new Set(kernels.ints.slice(unresolved / 4, unresolved / 4 + left));
  for (let cell = 0; cell < CELLS; cell++) {
    const dates = cells[cell % cells.length]!;
    const expected = exactMoments(dates);
    assert.is(kernels.floats[counts / 4 + cell], expected.count, `${how}: count of ${dates}`);
    if (undecided.has(cell)) continue;
    assert.ok(
      Object.is(kernels.floats[means / 4 + cell], expected.mean) &&
        Object.is(kernels.floats[stds / 4 + cell], expected.std),
      `${how} of ${dates}: ${kernels.floats[means / 4 + cell]}, ${kernels.floats[stds / 4 + cell]}; exact ${expected.mean}, ${expected.std}`,
    );
  }
}

const anyCells = fc.array(anyCell, { minLength: 1, maxLength: CELLS });
const SEEDED = { seed: 1, numRuns: 3000 };

test("moments are the exact ones rounded once, NaN left out", () => {
  fc.assert(
    fc.property(anyCells, (cells) => {
      const dates = setRows(cells);
      const left = kernels.moments(values, CELLS * 4, dates, CELLS, means, stds, counts, unresolved);
      assertExact(cells, left, "moments");
    }),
    SEEDED,
  );
});

test("a std below half of the least float32 is 0, not -0, however wide the room of its bound", () => {
  const least = 2 ** -149;
  for (const dates of [20, 30, MOST_DATES]) {
    for (let units = 1 << 18; units < 1 << 23; units = Math.ceil(units * 1.1)) {
      const cells = [[...Array.from({ length: dates - 1 }, () => units * least), (units + 1) * least]];
      setRows(cells);
      const left = kernels.moments(values, CELLS * 4, dates, CELLS, means, stds, counts, unresolved);
      assertExact(cells, left, "moments");
    }
  }
});

test("partial states of any partition, merged in any order, give the exact moments", () => {
  fc.assert(
    fc.property(
      anyCells,
      fc.infiniteStream(fc.integer({ min: 0, max: 2 })),
      fc.boolean(),
      (cells, parts, turned) => {
        const dates = setRows(cells);
        for (const state of states) kernels.clearStates(state, CELLS);
        for (let date = 0; date < dates; date++) {
          kernels.accumulate(states[parts.next().value]!, values + date * CELLS * 4, CELLS);
        }
        const [a, b, c] = (turned ? [...states].reverse() : states) as [number, number, number];
        kernels.merge(b, c, CELLS);
        kernels.merge(a, b, CELLS);
        const left = kernels.finish(a, CELLS, means, stds, counts, unresolved);
        assertExact(cells, left, "states");
      },
    ),
    SEEDED,
  );
});

/** A finite float64 as a whole number of 2^-1074. */
function toUnits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const exponent = bits >> 52n;
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return value < 0 ? -magnitude : magnitude;
}

/** Marks a state whose sums two float64 do not hold. */
const LOST = 1 << 30;

test("merged states hold the exact sums of values and squares, or are marked as lost", () => {
  let held = 0;
  fc.assert(
    fc.property(anyCells, fc.infiniteStream(fc.integer({ min: 0, max: 1 })), (cells, parts) => {
      const dates = setRows(cells);
      for (const state of states) kernels.clearStates(state, CELLS);
      for (let date = 0; date < dates; date++) {
        kernels.accumulate(states[parts.next().value]!, values + date * CELLS * 4, CELLS);
      }
      kernels.merge(states[0]!, states[1]!, CELLS);
      const sums = new Float64Array(kernels.memory.buffer, states[0]!, 4 * CELLS);
      for (let cell = 0; cell < CELLS; cell++) {
        if ((kernels.ints[(states[0]! + 32 * CELLS) / 4 + cell]! & LOST) !== 0) continue;
        held += 1;
        const [sHigh, sLow, qHigh, qLow] = [0, 1, 2, 3].map((plane) => toUnits(sums[plane * CELLS + cell]!));
        const valid = cells[cell % cells.length]!.filter((value) => !Number.isNaN(value));
        const sum = valid.reduce((total, value) => total + toUnits(value), 0n);
        const squares = valid.reduce((total, value) => total + toUnits(value * value), 0n);
        assert.ok(sHigh! + sLow! === sum && qHigh! + qLow! === squares, `sums of ${valid}`);
      }
    }),
    SEEDED,
  );
  assert.ok(held > 10_000, `${held} cells held`);
});

test("ordinary speckle leaves no cell undecided, in one piece or in parts", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.array(fc.float({ noNaN: true, min: Math.fround(0.001), max: 1000 }), {
          minLength: 1,
          maxLength: 9,
        }),
        {
          minLength: CELLS,
          maxLength: CELLS,
        },
      ),
      (cells) => {
        const dates = setRows(cells);
        assert.is(kernels.moments(values, CELLS * 4, dates, CELLS, means, stds, counts, unresolved), 0);
        kernels.clearStates(states[0]!, CELLS);
        for (let date = 0; date < dates; date++)
          kernels.accumulate(states[0]!, values + date * CELLS * 4, CELLS);
        assert.is(kernels.finish(states[0]!, CELLS, means, stds, counts, unresolved), 0);
      },
    ),
    { seed: 2, numRuns: 300 },
  );
});

test.run();
