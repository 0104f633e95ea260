// Every reader with files of any content: 2 % of the cases of fuzz.long.ts.
import { test } from "uvu";
import { testReader } from "./property.fixture";
import { IMAGE_READERS } from "./readers.fixture";
import { RECORD_READERS } from "./records.fixture";

for (const reader of [...IMAGE_READERS, ...RECORD_READERS]) testReader(reader, reader.cases / 50, 1);

test.run();
