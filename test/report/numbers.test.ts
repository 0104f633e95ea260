import { test } from "uvu";
import * as assert from "uvu/assert";
import { numbersOf } from "../../src/report/numbers";

const es = numbersOf("es");
const en = numbersOf("en");
const plain = (text: string): string => text.replace(/\u00a0/g, " ");
const between = (low: number, high: number) => ({ low, high, coverage: 0.95 });

test("an estimate has as many decimals as half its interval supports", () => {
  assert.is(plain(es.estimate({ value: 1.2345, interval: between(1.2, 1.26) }, "s")), "1,23 s [1,20; 1,26]");
  assert.is(plain(en.estimate({ value: 3.44, interval: between(2.9, 3.9) })), "3.4 [2.9; 3.9]");
  assert.is(
    plain(en.estimate({ value: 1.23456789, interval: between(1.2345678, 1.234568) })),
    "1.235 [1.235; 1.235]",
  );
  assert.is(plain(en.estimate({ value: 0.034, interval: between(-0.5, 0.5) })), "0.034 [-0.500; 0.500]");
  assert.is(plain(en.estimate({ value: 1.42, interval: between(1.01, 4.01) })), "1.4 [1.0; 4.0]");
  assert.is(plain(en.estimate({ value: 123.4, interval: between(121.9, 124.9) })), "123.4 [121.9; 124.9]");
  assert.is(plain(es.estimate({ value: 2, interval: null }, "s")), "2,00 s");
});

test("an interval that leaves out 1 shows it", () => {
  assert.is(plain(en.ratio({ value: 1.4, interval: between(1.004, 1.8) })), "1.400 [1.004; 1.800]");
  assert.is(plain(en.ratio({ value: 1.4, interval: between(0.996, 1.8) })), "1.4 [1.0; 1.8]");
});

test("numbers without an interval have three significant digits, also where rounding adds one before the point", () => {
  assert.equal(
    [9.997, 0.09996, 123.4, 0].map((value) => en.number(value)),
    ["10.0", "0.100", "123", "0"],
  );
  assert.is(es.number(-0.0001, 2), "0,00");
  assert.is(es.count(1234567), "1\u202f234\u202f567");
  assert.is(es.count(1234), "1234");
});

test("what is below a millionth is nothing, and no number has more than six decimals", () => {
  assert.equal(
    [4.44e-16, -2e-9, 0.0000123456].map((value) => en.number(value)),
    ["0", "0", "0.000012"],
  );
  assert.is(plain(es.seconds(5.8e-17)), "0 s");
});

test("units follow the size, and percent signs the language", () => {
  assert.equal([2.5, 0.0123, 4.56e-6].map(en.shortTime).map(plain), ["2.50 s", "12.3 ms", "4.56 µs"]);
  assert.equal([85.25e6, 2e9, 500].map(es.bytes).map(plain), ["85,3 MB", "2,00 GB", "0,500 kB"]);
  assert.equal([plain(es.percent(0.63)), en.percent(0.63), en.percent(0.0512)], ["63 %", "63%", "5.1%"]);
});

test("lists end in y, or e before the sound i", () => {
  assert.is(es.list(["sec", "mp2", "threads2"]), "sec, mp2 y threads2");
  assert.is(es.list(["sec", "intel_mp"]), "sec e intel_mp");
  assert.is(en.list(["sec", "intel_mp"]), "sec and intel_mp");
  assert.is(es.list(["sec"]), "sec");
});

test.run();
