import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { simulateStack } from "../../data-prep/simulate";
import { FormatError, ShapeError, UsageError } from "../../src/core/errors";
import { withFolder } from "../io/slcFile.fixture";
import { filesBelow } from "./simulatedStack.fixture";

const SHAPE = { azimuth: 65, range: 83 };

function hashTree(tree: string): string {
  const hash = createHash("sha256");
  for (const file of filesBelow(tree)) hash.update(`${file}\n`).update(readFileSync(join(tree, file)));
  return hash.digest("hex");
}

async function errorOf(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected an error, found none");
}

test("a stack is DATE/DATE.slc, .slc.vrt, .slc.xml every 16 days, and truth.json; nothing else", () =>
  withFolder(async (folder) => {
    const tree = join(folder, "a/b/tree");
    const progress: number[] = [];
    const stack = await simulateStack({
      tree,
      dates: 3,
      shape: SHAPE,
      seed: 1,
      onProgress: (done, total) => progress.push(done / total),
    });
    const dates = ["20230105", "20230121", "20230206"];
    const files = dates.flatMap((date) => ["", ".vrt", ".xml"].map((end) => `${date}/${date}.slc${end}`));
    assert.equal(filesBelow(tree), [...files, "truth.json"]);
    assert.equal(
      stack.files,
      dates.map((date) => join(tree, date, `${date}.slc`)),
    );
    assert.is(stack.bytes, 3 * 65 * 83 * 8);
    for (const file of stack.files) assert.is(statSync(file).size, 65 * 83 * 8);
    assert.is(progress.at(-1), 1);
  }));

test("the headers say what ISCE2 says of such an image", () =>
  withFolder(async (tree) => {
    const { files } = await simulateStack({ tree, dates: 1, shape: SHAPE, seed: 1 });
    const vrt = readFileSync(`${files[0]}.vrt`, "utf8");
    const sample = readFileSync(join(__dirname, "../../../data-prep/sample/20230319.slc.vrt"), "utf8");
    const likeSample = vrt
      .replace('rasterXSize="83" rasterYSize="65"', 'rasterXSize="338" rasterYSize="84"')
      .replace("20230105.slc", "20230319.slc")
      .replace(`<LineOffset>${83 * 8}<`, `<LineOffset>${338 * 8}<`);
    assert.is(likeSample.trim(), sample.trim());
    const xml = readFileSync(`${files[0]}.xml`, "utf8");
    const expected = {
      width: "83",
      length: "65",
      data_type: "CFLOAT",
      byte_order: "l",
      scheme: "BIP",
      number_bands: "1",
      file_name: "20230105.slc",
    };
    for (const [name, value] of Object.entries(expected)) {
      assert.match(xml, new RegExp(`<property name="${name}">\\s*<value>${value}</value>`));
    }
  }));

test("bytes of a seed are pinned and the same for 1, 2, 3 and 5 workers", () =>
  withFolder(async (folder) => {
    for (const workers of [1, 2, 3, 5]) {
      const tree = join(folder, String(workers));
      // 1500 samples a row: several blocks of rows for each date.
      await simulateStack({ tree, dates: 2, shape: { azimuth: 210, range: 1500 }, seed: 42, workers });
      assert.is(
        hashTree(tree),
        "e1c7223645e4015503b6087e3d75fe4292f3a7b7d757f0f772fabc7eb3d9442a",
        `${workers} workers`,
      );
    }
  }));

test("a longer stack begins with the images of a shorter one; another seed shares none", () =>
  withFolder(async (folder) => {
    const make = (name: string, dates: number, seed: number) =>
      simulateStack({ tree: join(folder, name), dates, shape: SHAPE, seed });
    const short = await make("short", 2, 9);
    const long = await make("long", 4, 9);
    const other = await make("other", 2, 10);
    for (const [index, file] of short.files.entries()) {
      assert.ok(readFileSync(file).equals(readFileSync(long.files[index]!)));
      assert.not.ok(readFileSync(file).equals(readFileSync(other.files[index]!)));
    }
    assert.not.ok(readFileSync(long.files[0]!).equals(readFileSync(long.files[1]!)));
  }));

test("making a stack again gives the same tree; a tree with other dates is refused untouched", () =>
  withFolder(async (tree) => {
    await simulateStack({ tree, dates: 3, shape: SHAPE, seed: 3 });
    const before = hashTree(tree);
    await simulateStack({ tree, dates: 3, shape: SHAPE, seed: 3 });
    assert.is(hashTree(tree), before);
    const error = await errorOf(() => simulateStack({ tree, dates: 2, shape: SHAPE, seed: 3 }));
    assert.instance(error, FormatError);
    assert.match(error.message, /20230206/);
    assert.is(hashTree(tree), before);
  }));

test("sizes, seeds, dates and workers out of range are refused before anything is made", () =>
  withFolder(async (folder) => {
    const tree = join(folder, "tree");
    const good = { tree, dates: 2, shape: SHAPE, seed: 1 };
    const refused = async (change: object, kind: typeof ShapeError | typeof UsageError) =>
      assert.instance(await errorOf(() => simulateStack({ ...good, ...change })), kind);
    await refused({ shape: { azimuth: 15, range: 83 } }, ShapeError);
    await refused({ shape: { azimuth: 65.5, range: 83 } }, ShapeError);
    for (const seed of [-1, 0.5, 2 ** 32, Number.NaN]) await refused({ seed }, UsageError);
    for (const dates of [0, 1.5, 5000]) await refused({ dates }, UsageError);
    for (const workers of [0, 1.5, 1025]) await refused({ workers }, UsageError);
    assert.not.ok(existsSync(tree));
  }));

test("a place where no folder can be made is named, and nothing is left", () =>
  withFolder(async (folder) => {
    const tree = join(folder, "tree");
    mkdirSync(tree);
    symlinkSync(join(folder, "nowhere/at/all"), join(tree, "20230121"));
    const error = await errorOf(() => simulateStack({ tree, dates: 2, shape: SHAPE, seed: 1 }));
    assert.instance(error, FormatError);
    assert.match(error.message, /20230121/);
    assert.not.ok(existsSync(join(tree, "20230105")));
    writeFileSync(join(folder, "file"), "");
    const onFile = await errorOf(() =>
      simulateStack({ tree: join(folder, "file"), dates: 2, shape: SHAPE, seed: 1 }),
    );
    assert.match(onFile.message, /found a file, expected a folder/);
  }));

test.run();
