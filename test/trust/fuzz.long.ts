// Every reader with files of any content: 100,000 cases. PILA_FUZZ_SEED tries others.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { testReader } from "./property.fixture";
import { IMAGE_READERS } from "./readers.fixture";
import { RECORD_READERS } from "./records.fixture";

const READERS = [...IMAGE_READERS, ...RECORD_READERS];

test("there are 100,000 cases", () => {
  assert.is(
    READERS.reduce((sum, { cases }) => sum + cases, 0),
    100_000,
  );
});

for (const reader of READERS) testReader(reader, reader.cases, Number(process.env.PILA_FUZZ_SEED ?? 2));

test.run();
