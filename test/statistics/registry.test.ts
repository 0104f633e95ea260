import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Derived, STATISTICS, type Statistic } from "../../src/statistics/temporal";

const all: readonly Statistic[] = STATISTICS;
const derived = all.filter((statistic): statistic is Derived => "derive" in statistic);

function derive(id: string, mean: number, std: number, count: number): number {
  return derived.find((statistic) => statistic.id === id)!.derive(mean, std, count);
}

test("CV is std / mean and ENL its inverse squared: 0.25 and 16 of a mean of 8 and a std of 2", () => {
  assert.equal([derive("mean", 8, 2, 5), derive("std", 8, 2, 5), derive("count", 8, 2, 5)], [8, 2, 5]);
  assert.equal([derive("cv", 8, 2, 5), derive("enl", 8, 2, 5)], [0.25, 16]);
});

test("one date does not vary: CV and ENL are NaN; equal dates have CV 0 and infinite ENL; no date gives NaN and count 0", () => {
  assert.equal([derive("cv", 8, 0, 1), derive("enl", 8, 0, 1)], [Number.NaN, Number.NaN]);
  assert.equal([derive("cv", 8, 0, 2), derive("enl", 8, 0, 2)], [0, Number.POSITIVE_INFINITY]);
  const { NaN: nan } = Number;
  assert.equal(
    derived.map(({ derive: of }) => of(nan, nan, 0)),
    [nan, nan, 0, nan, nan],
  );
});

test("every statistic has an id of its own that names a file, and a title in both languages", () => {
  assert.is(new Set(all.map(({ id }) => id)).size, all.length);
  for (const { id, title } of all) {
    assert.match(id, /^[a-z]+$/);
    assert.ok(title.es.length > 2 && title.en.length > 2);
  }
});

test.run();
