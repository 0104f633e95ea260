import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BACKEND_IDS } from "../../src/backends/registry";
import type { NoData } from "../../src/core/raster";
import { backendMissing } from "../backends/available.fixture";
import { runPila } from "../commands/cli.fixture";
import { runFused, runPrepare } from "../pipeline/run.fixture";
import { testUnless } from "../testUnless";
import { DATES, LAYOUTS, type Layout } from "./formats.fixture";
import { assertSameBytes } from "./product.fixture";
import { h5pyMissing, pythonMissing, runPython } from "./python.fixture";
import { withFolder } from "./slcFile.fixture";

/** Runs a command that has to succeed without a word of warning. */
function run(...words: readonly string[]): void {
  const { code, stderr } = runPila(words);
  assert.is(code, 0, `${words.join(" ")}: ${stderr}`);
  assert.not.match(stderr, "warning", words.join(" "));
}

const LOOKS = [
  { azimuth: 1, range: 1 },
  { azimuth: 4, range: 4 },
  { azimuth: 2, range: 3 },
];
/** Zeros among whole numbers are data: stacks of them are held against each other. */
const isWhole = ({ name }: Layout): boolean => /int16|scomplex/i.test(name);
const reference = LAYOUTS.find((layout) => !isWhole(layout))!;
const wholeReference = LAYOUTS.find(isWhole)!;

/** Crops, and mean and std of several looks, of a layout. */
async function makeProducts(folder: string, layout: Layout, nodata: NoData): Promise<string[]> {
  const slc = join(folder, "slc");
  mkdirSync(slc, { recursive: true });
  layout.write(slc);
  const { opened = "", choice } = layout;
  const products: string[] = [];
  for (const [i, looks] of LOOKS.entries()) {
    const parameters = { looks, crop: null, nodata, choice };
    const { mean, std, count } = await runFused(
      join(slc, opened),
      join(folder, `f${i}`),
      parameters,
      (i % 2) + 1,
    );
    const crops = join(folder, `c${i}`);
    await runPrepare(join(slc, opened), crops, parameters, ((i + 1) % 2) + 1);
    products.push(mean, std, count, ...DATES.map((date) => join(crops, `${date}_int_crop.tif`)));
  }
  return products;
}

async function assertSameProducts(folder: string, one: Layout, other: Layout, nodata: NoData): Promise<void> {
  const expected = await makeProducts(join(folder, "expected"), other, nodata);
  const found = await makeProducts(join(folder, "found"), one, nodata);
  for (const [i, path] of found.entries()) assertSameBytes(path, expected[i]!, `${one.name}, ${nodata}`);
}

for (const layout of LAYOUTS.filter((each) => each !== reference)) {
  const missing = { h5py: h5pyMissing, rasterio: pythonMissing, nothing: undefined }[
    layout.needs ?? "nothing"
  ];
  testUnless(missing)(`the same pixels give the same bytes of crops, mean and std: ${layout.name}`, () =>
    withFolder(async (folder) => {
      if (layout === wholeReference) await assertSameProducts(folder, layout, reference, "none");
      else await assertSameProducts(folder, layout, isWhole(layout) ? wholeReference : reference, "zero");
    }),
  );
}

// The crops of `prep` as other programs write them: tiled and deflated, with predictors, big-endian, in strips.
const REWRITE = `
import json, sys, os, warnings, rasterio
warnings.simplefilter("ignore")
source, target, options = json.load(sys.stdin)
os.makedirs(target)
for name in sorted(os.listdir(source)):
    if not name.endswith(".tif"): continue
    with rasterio.open(os.path.join(source, name)) as image:
        values = image.read(1)
        profile = dict(driver="GTiff", width=image.width, height=image.height, count=1, dtype=values.dtype.name)
    with rasterio.open(os.path.join(target, name.replace("_int_crop", "")), "w", **profile, **options) as out:
        out.write(values, 1)
print("done")
`;

testUnless(pythonMissing)("every backend reduces crops of other making to the bytes of pila's own", () =>
  withFolder((folder) => {
    const at = (part: string): string => join(folder, part);
    mkdirSync(at("slc"));
    reference.write(at("slc"));
    run("prep", join(at("slc"), reference.opened ?? ""), at("own"), "--looks", "1");
    run("stats", "sec", at("own"), at("m"), at("s"), "--count", at("c"));
    const makings = {
      tiled: { tiled: true, blockxsize: 16, blockysize: 16, compress: "deflate" },
      lzw: { compress: "lzw", predictor: 3 },
      big: { ENDIANNESS: "BIG", compress: "zstd", predictor: 2 },
      strips: { compress: "deflate", blockysize: 3 },
    };
    for (const [making, options] of Object.entries(makings)) {
      runPython(REWRITE, [at("own"), at(making), options]);
      for (const id of BACKEND_IDS.filter((each) => backendMissing(each) === undefined)) {
        const [m, s, c] = ["m", "s", "c"].map((part) => at(`${making}-${id}-${part}`)) as [
          string,
          string,
          string,
        ];
        run("stats", id, at(making), m, s, "--count", c, ...(id === "sec" ? [] : ["--workers", "2"]));
        assertSameBytes(m, at("m"), `${making}, ${id}`);
        assertSameBytes(s, at("s"), `${making}, ${id}`);
        assertSameBytes(c, at("c"), `${making}, ${id}`);
      }
    }
  }),
);

test.run();
