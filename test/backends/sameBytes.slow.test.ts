import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { BACKEND_IDS } from "../../src/backends/registry";
import { exactMoments } from "../../src/statistics/exactMoments";
import { assertSameBytes, assertSameValues, writeCrop } from "../io/product.fixture";
import { uniform, withFolder } from "../io/slcFile.fixture";
import { readProducts, runBackend } from "../pipeline/run.fixture";
import { testUnless } from "../testUnless";
import { backendMissing } from "./available.fixture";

// Odd rows and columns, so that blocks of states end within a pair of cells; three of them, so that workers get ahead.
const SHAPE = { azimuth: 1301, range: 101 };
const CELLS = SHAPE.azimuth * SHAPE.range;
const DATES = 4;
const WORKERS = [1, 2, 3, 5, DATES + 3];

/** Speckle of whole numbers and fractions with missing, infinite and tie-making cells. */
function makeDates(): Float32Array[] {
  const next = uniform(11);
  return Array.from({ length: DATES }, () =>
    Float32Array.from({ length: CELLS }, (_, cell) => {
      if (cell % 97 === 0) return 2 ** 24 + 2 * Math.floor(4 * next());
      if (cell % 1009 === 0) return Number.POSITIVE_INFINITY;
      if (next() < 0.05 || cell % 501 === 7) return Number.NaN;
      return 100 * next() ** 3;
    }),
  );
}

const dates = makeDates();

function writeStack(folder: string): string {
  const crops = join(folder, "crops");
  mkdirSync(crops);
  for (const [i, values] of dates.entries()) writeCrop(crops, `2020010${i + 1}`, { shape: SHAPE, values });
  return crops;
}

test("sec gives the exact moments of cells all over the plane", () =>
  withFolder(async (folder) => {
    const found = await readProducts(await runBackend("sec", writeStack(folder), folder, 1));
    const cells = Array.from({ length: 3000 }, (_, i) => (i * 131071 + 97 * (i % 2)) % CELLS);
    const exact = cells.map((cell) => exactMoments(dates.map((values) => values[cell]!)));
    for (const name of ["mean", "std", "count"] as const) {
      const values = Float32Array.from(cells, (cell) => found[name].values[cell]!);
      assertSameValues(
        values,
        exact.map((moments) => moments[name]),
        name,
      );
    }
  }));

for (const id of BACKEND_IDS) {
  for (const split of id === "mpi" ? (["dates", "rows"] as const) : (["dates"] as const)) {
    testUnless(backendMissing(id))(
      `${id}${id === "mpi" ? ` by ${split}` : ""} has the bytes of sec for ${WORKERS.join(", ")} workers`,
      () =>
        withFolder(async (folder) => {
          const crops = writeStack(folder);
          const expected = await runBackend("sec", crops, join(folder, "sec"), 1);
          for (const workers of WORKERS) {
            const found = await runBackend(id, crops, join(folder, `w${workers}`), workers, split);
            for (const name of ["mean", "std", "count"] as const) {
              assertSameBytes(found[name], expected[name], `${workers} workers`);
            }
          }
        }),
    );
  }
}

test.run();
