import { test } from "uvu";
import * as assert from "uvu/assert";
import { planJob } from "../../src/pipeline/plan";
import { withFolder, writeSparseSlc } from "../io/slcFile.fixture";

const PARAMETERS = { looks: { azimuth: 4, range: 4 }, crop: null, nodata: "zero" } as const;
const RATES = { cores: 2, readRate: 1e9, networkRate: 1e8 };
/** Of looked pixels: 10 rows of 6. */
const SHAPE = { azimuth: 43, range: 27 };
const DATE_BYTES = 10 * 6 * 16 * 8;

/** @param dates images of complex64, of which only descriptions are read */
function withStack(dates: number, use: (folder: string) => void): Promise<void> {
  return withFolder((folder) => {
    for (let day = 1; day <= dates; day++) writeSparseSlc(folder, `2024010${day}`, SHAPE);
    use(folder);
  });
}

test("bytes of hosts and ranks are those of the largest share, by rows and by dates", () =>
  withStack(3, (folder) => {
    const { dates, shape, bytes, plans } = planJob(
      folder,
      PARAMETERS,
      { ...RATES, hosts: 2, ranks: 2 },
      null,
    );
    assert.equal([dates, shape, bytes], [3, { azimuth: 10, range: 6 }, 3 * DATE_BYTES]);
    const [rows, byDates] = plans;
    // Bands of 3, 3, 3 and 1 rows; of 3 dates one host has 2, and every rank but the fourth has one.
    const { prediction: _, ...work } = rows!;
    assert.equal(work, {
      split: "rows",
      hostBytes: 3 * 6 * (DATE_BYTES / 10),
      rankBytes: 3 * 3 * (DATE_BYTES / 10),
      reducedBytes: 0,
      idleRanks: 0,
    });
    const { prediction, ...other } = byDates!;
    assert.equal(other, {
      split: "dates",
      hostBytes: 2 * DATE_BYTES,
      rankBytes: DATE_BYTES,
      reducedBytes: 2 * 10 * 6 * 36,
      idleRanks: 1,
    });
    assert.is(prediction, null);
  }));

test("ranks beyond the rows, or the dates, find nothing to do", () =>
  withStack(2, (folder) => {
    const { plans } = planJob(folder, PARAMETERS, { ...RATES, hosts: 3, ranks: 8 }, null);
    assert.equal(
      plans.map(({ idleRanks }) => idleRanks),
      [14, 22],
    );
  }));

test.run();
