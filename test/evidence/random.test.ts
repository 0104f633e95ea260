import { test } from "uvu";
import * as assert from "uvu/assert";
import { createRandom, randomFromState, shuffle } from "../../src/evidence/numbers";
import { normal } from "../records/session.fixture";
import { readOracle } from "./oracle";

test("state 1 2 3 4 gives the published first words of xoshiro128**", () => {
  const random = randomFromState([1, 2, 3, 4]);
  const words = Array.from({ length: 10 }, () => random.uint32());
  assert.equal(
    words,
    [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804],
  );
});

test("seed 42 gives the words of the same algorithm in Python integers", () => {
  const random = createRandom(42);
  assert.equal(
    readOracle().random,
    Array.from({ length: 8 }, () => random.uint32()),
  );
});

test("the six orders of three are equally likely: chi-square of 60,000 shuffles below the 99.9 % point of 5 degrees", () => {
  const random = createRandom(3);
  const counts = new Map<string, number>();
  for (let i = 0; i < 60_000; i++) {
    const order = shuffle(["a", "b", "c"], random).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.is(counts.size, 6);
  const chi = [...counts.values()].reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  assert.ok(chi < 20.5, `chi-square ${chi}`);
});

test("a shuffle keeps the items and leaves its argument alone", () => {
  const items = [5, 6, 7, 8];
  assert.equal(
    shuffle(items, createRandom(1)).sort((a, b) => a - b),
    [5, 6, 7, 8],
  );
  assert.equal(items, [5, 6, 7, 8]);
});

test("normal has mean 0 and variance 1 over 100,000 numbers, within 4 standard errors", () => {
  const random = createRandom(9);
  let [sum, squares] = [0, 0];
  for (let i = 0; i < 100_000; i++) {
    const x = normal(random);
    sum += x;
    squares += x * x;
  }
  assert.ok(Math.abs(sum / 1e5) < 0.0127);
  assert.ok(Math.abs(squares / 1e5 - 1) < 0.0179);
});

test.run();
