// Names and links in what somebody else made lead nowhere: nothing outside is read, written or removed.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parsePeer } from "../../src/bench/plan";
import { RecordError, UsageError } from "../../src/core/errors";
import type { MapsRecord } from "../../src/core/maps";
import { type PrepManifest, placePrepared, readManifest } from "../../src/io/manifest";
import { OutputFile, writeWholeFile } from "../../src/io/outputFile";
import { Product, writeProductPart } from "../../src/io/products";
import { notebookParameters } from "../../src/notebook/cuaderno";
import { readMaps } from "../../src/records/maps";
import { appendRun, appendSpans, readSession, repairRunFolder, writeEnv } from "../../src/records/runFolder";
import { envOf, runOf, withFolder } from "../records/records.fixture";
import { RECORD, writeRun } from "../report/image.fixture";

function messageOf(work: () => unknown, kind: new (message: string) => Error): string {
  try {
    work();
  } catch (error) {
    assert.instance(error, kind);
    return (error as Error).message;
  }
  return assert.unreachable("nothing was thrown") as never;
}

const mapsOf = (changes: Partial<MapsRecord>): string => JSON.stringify({ ...RECORD, ...changes });
const [first, ...others] = RECORD.maps;
const withFile = (file: string): string => mapsOf({ maps: [{ ...first!, file }, ...others] });

test("maps.json names plain files of its folder: no path, no link that leaves it, no other kind of file", () =>
  withFolder((outside) => {
    const folder = join(outside, "run");
    const json = join(folder, "maps/maps.json");
    writeRun(folder);
    assert.ok(readMaps(folder) !== null);
    const picture = join(folder, "maps/mean.png");
    const secret = join(outside, "secret.png");
    renameSync(picture, secret);
    for (const file of [
      "../../secret.png",
      secret,
      "..",
      ".",
      "",
      "a/../../../secret.png",
      ".hidden.png",
      "mean\0.png",
    ]) {
      writeFileSync(json, withFile(file));
      assert.match(
        messageOf(() => readMaps(folder), RecordError),
        "maps.json: field maps.0.file: found ",
      );
    }
    writeFileSync(json, mapsOf({}));
    symlinkSync(secret, picture);
    assert.match(
      messageOf(() => readMaps(folder), RecordError),
      `mean.png: found a link to ${secret}`,
    );
    rmSync(picture);
    mkdirSync(picture);
    assert.match(
      messageOf(() => readMaps(folder), RecordError),
      "mean.png: found a folder",
    );
    rmSync(picture, { recursive: true });
    writeFileSync(picture, "root:x:0:0");
    assert.match(
      messageOf(() => readMaps(folder), RecordError),
      "mean.png: found no png",
    );
    rmSync(picture);
    writeFileSync(join(folder, "elsewhere.png"), readFileSync(secret));
    symlinkSync("../elsewhere.png", picture);
    assert.ok(readMaps(folder) !== null, "a link within the folder");
    renameSync(join(folder, "maps"), join(outside, "moved"));
    symlinkSync(join(outside, "moved"), join(folder, "maps"));
    assert.match(
      messageOf(() => readMaps(folder), RecordError),
      "found a link to ",
    );
  }));

test("numbers, colours, lists and the cube of maps.json are bounded", () =>
  withFolder((folder) => {
    writeRun(folder);
    const json = join(folder, "maps/maps.json");
    const { cube, histogram } = RECORD;
    for (const [text, says] of [
      [mapsOf({ maps: [{ ...first!, colours: ["red;}</style><script>"] }] }), "field maps.0.colours.0"],
      [mapsOf({ maps: [{ ...first!, id: '"><img>' }] }), "field maps.0.id"],
      [mapsOf({ maps: Array.from({ length: 101 }, () => first!) }), "field maps: found "],
      [mapsOf({ maps: [{ ...first!, low: 1234.5 }] }).replace("1234.5", "1e999"), "field maps.0.low"],
      [mapsOf({ mapShape: { azimuth: '1" onload="x' as never, range: 1 } }), "field mapShape.azimuth"],
      [mapsOf({ crop: "<b>" }), "field crop"],
      [mapsOf({ histogram: { ...histogram!, edges: [0, 1] } }), "found 2 edges of 4 bars"],
      [mapsOf({ cube: { ...cube, shape: { azimuth: 9999, range: 9999 } } }), "found a cube of more than"],
      [mapsOf({ cube: { ...cube, shape: { azimuth: 3, range: 2 } } }), "found no gzip of 18 bytes"],
    ] as const) {
      writeFileSync(json, text);
      assert.match(
        messageOf(() => readMaps(folder), RecordError),
        says,
      );
    }
    writeFileSync(json, mapsOf({}));
    writeFileSync(join(folder, "maps", cube.file), gzipSync(Buffer.alloc(5e7)));
    assert.match(
      messageOf(() => readMaps(folder), RecordError),
      "found no gzip of 12 bytes",
    );
  }));

test("records are never appended, cut or mended through a link, and env.json takes the place of one", () =>
  withFolder((outside) => {
    const folder = join(outside, "run");
    writeEnv(folder, envOf());
    const missing = join(outside, "missing.jsonl");
    symlinkSync(missing, join(folder, "runs.jsonl"));
    symlinkSync(missing, join(folder, "spans.jsonl"));
    const span = {
      runId: "s-b1-o0",
      worker: 0,
      phase: "read",
      item: "a",
      startSeconds: 0,
      endSeconds: 1,
      bytes: 0,
    } as const;
    assert.match(
      messageOf(() => appendRun(folder, runOf()), RecordError),
      "runs.jsonl: found a link",
    );
    assert.match(
      messageOf(() => appendSpans(folder, [span]), RecordError),
      "spans.jsonl: found a link",
    );
    assert.not.ok(existsSync(missing));
    const torn = `${JSON.stringify(runOf())}\n{"torn`;
    writeFileSync(missing, torn);
    assert.match(
      messageOf(() => repairRunFolder(folder), RecordError),
      "found a link to",
    );
    writeFileSync(join(folder, "inside.jsonl"), torn);
    for (const name of ["runs.jsonl", "spans.jsonl"]) rmSync(join(folder, name));
    symlinkSync("inside.jsonl", join(folder, "runs.jsonl"));
    assert.is(readSession(folder).runs.length, 1);
    assert.match(
      messageOf(() => repairRunFolder(folder), RecordError),
      "found a link",
    );
    assert.is(readFileSync(join(folder, "inside.jsonl"), "utf8"), torn);
    assert.is(readFileSync(missing, "utf8"), torn);
    const target = join(outside, "target.json");
    renameSync(join(folder, "env.json"), target);
    const before = readFileSync(target, "utf8");
    symlinkSync(target, join(folder, "env.json"));
    writeEnv(folder, envOf({ seed: 8 }));
    assert.not.ok(lstatSync(join(folder, "env.json")).isSymbolicLink());
    assert.is(readFileSync(target, "utf8"), before);
  }));

test("records longer than one read come back as they were, and a name in them leads to no other file", () =>
  withFolder((folder) => {
    writeEnv(folder, envOf());
    const runs = Array.from({ length: 4000 }, (_, i) => runOf({ runId: `r${i}`, note: "á".repeat(i % 400) }));
    for (let i = 0; i < runs.length; i += 500)
      writeFileSync(
        join(folder, "runs.jsonl"),
        runs
          .slice(i, i + 500)
          .map((run) => `${JSON.stringify(run)}\n`)
          .join(""),
        { flag: "a" },
      );
    assert.ok(readFileSync(join(folder, "runs.jsonl")).length > 3 << 20);
    assert.equal(readSession(folder).runs, runs);
    writeFileSync(join(folder, "runs.jsonl"), `${JSON.stringify(runOf({ crop: "/../../../x" }))}\n`);
    assert.match(
      messageOf(() => readSession(folder), RecordError),
      "runs.jsonl:1: field crop: found",
    );
    for (const label of [
      "=1",
      "+1",
      "-1",
      "@x",
      "\tx",
      " x",
      "a\u001b[31m",
      "a\nb",
      "a\u202eb",
      "x".repeat(101),
    ]) {
      writeFileSync(join(folder, "runs.jsonl"), `${JSON.stringify(runOf({ label }))}\n`);
      assert.match(
        messageOf(() => readSession(folder), RecordError),
        "runs.jsonl:1: field label: found",
      );
    }
  }));

test("a peer is named by letters, digits and _ from the start: no formula, no markup, no escape", () => {
  const command = "{intens} {mean} {std}";
  assert.is(parsePeer(`py_sec=${command}`).name, "py_sec");
  for (const name of [
    "=1",
    "+1",
    "-a",
    "@a",
    "\ta",
    "a<b",
    "a|b",
    "a b",
    "a\u001b",
    "á",
    "1a",
    "a".repeat(81),
    "",
  ]) {
    assert.match(
      messageOf(() => parsePeer(`${name}=${command}`), UsageError),
      "--peer: found",
    );
  }
});

const MANIFEST = { schema: 1, crop: "8,8,0,0", looks: "4x4", nodata: "zero" };
const SOURCE = { date: "20200101", path: "a.slc", bytes: 1, modified: 1 };

test("the manifest of crops names no file elsewhere: none is removed, and its texts are what pila writes", () =>
  withFolder(async (outside) => {
    const folder = join(outside, "crops");
    mkdirSync(folder);
    const [victim, own] = [join(outside, "x_int_crop.tif"), join(folder, "20200101_int_crop.tif")];
    writeFileSync(victim, "precious");
    writeFileSync(own, "old");
    const write = (manifest: object): void =>
      writeFileSync(join(folder, "pila-prep.json"), JSON.stringify(manifest));
    write({ ...MANIFEST, sources: [SOURCE, { ...SOURCE, date: "../x" }] });
    await placePrepared(folder, [], { ...MANIFEST, sources: [] } as PrepManifest);
    assert.is(readFileSync(victim, "utf8"), "precious");
    write({ ...MANIFEST, sources: [SOURCE] });
    assert.is(readManifest(folder)!.sources.length, 1);
    await placePrepared(folder, [], { ...MANIFEST, sources: [] } as PrepManifest);
    assert.not.ok(existsSync(own));
    for (const wrong of [
      { ...MANIFEST, sources: [{ ...SOURCE, date: "a/b" }] },
      { ...MANIFEST, sources: [{ ...SOURCE, bytes: "1" }] },
      { ...MANIFEST, sources: [null] },
      { ...MANIFEST, sources: [], crop: "<b>" },
      { ...MANIFEST, sources: [], looks: "\u001b[31m" },
      { ...MANIFEST, sources: [], nodata: "constructor" },
      { ...MANIFEST, sources: { length: 0 } },
      { schema: 1 },
      [],
    ]) {
      write(wrong);
      assert.throws(() => readManifest(folder), /pila-prep\.json: found a damaged description/);
    }
  }));

test("an output whose name is a link takes the place of the link, and what it led to stays", () =>
  withFolder((folder) => {
    const [target, link] = [join(folder, "target"), join(folder, "link")];
    writeFileSync(target, "old");
    symlinkSync(target, link);
    writeWholeFile(link, "new");
    assert.not.ok(lstatSync(link).isSymbolicLink());
    assert.equal([readFileSync(link, "utf8"), readFileSync(target, "utf8")], ["new", "old"]);
    const dangling = join(folder, "dangling");
    symlinkSync(join(folder, "nowhere"), dangling);
    writeWholeFile(dangling, "new");
    assert.equal([readFileSync(dangling, "utf8"), existsSync(join(folder, "nowhere"))], ["new", false]);
  }));

test("a link that stands where a temporary file is to be made, or was made, is not written through", async () => {
  await withFolder(async (folder) => {
    const victim = join(folder, "victim");
    writeFileSync(victim, "precious");
    const { random } = Math;
    Math.random = () => 0.5;
    try {
      const taken = join(folder, `.pila-${process.pid}-${(2 ** 47).toString(16)}`);
      symlinkSync(victim, taken);
      assert.throws(() => new OutputFile(join(folder, "out")), /EEXIST/);
      rmSync(taken);
    } finally {
      Math.random = random;
    }
    const shape = { azimuth: 2, range: 2 };
    const product = new Product(join(folder, "out.tif"), shape);
    product.release();
    rmSync(product.temporaryPath);
    symlinkSync(victim, product.temporaryPath);
    const part = { row: 0, rows: 2, column: 0, columns: 2 };
    assert.throws(() => writeProductPart(product.target, new Uint8Array(16), part), /ELOOP/);
    let said = "";
    await product.flush().catch((error: Error) => {
      said = error.message;
    });
    assert.match(said, /ELOOP/);
    product.discard();
    assert.is(readFileSync(victim, "utf8"), "precious");
    assert.equal(readdirSync(folder), ["victim"]);
  });
});

test("parameters of a notebook have no names of prototypes, and the type of what they replace", () =>
  withFolder((folder) => {
    const path = join(folder, "parameters.json");
    process.env.PILA_NOTEBOOK_PARAMETERS = path;
    const defaults = { run: "", markdown: null as string | null };
    try {
      for (const [text, says] of [
        ['{"__proto__": {"run": "owned"}}', "«__proto__» no es un parámetro"],
        ['{"constructor": {"prototype": {"owned": 1}}}', "«constructor» no es un parámetro"],
        ['{"toString": "x"}', "«toString» no es un parámetro"],
        ['{"run": {"__proto__": {"owned": 1}}}', "el parámetro «run» es {"],
        ['{"run": 5}', "el parámetro «run» es 5"],
      ] as const) {
        writeFileSync(path, text);
        assert.match(
          messageOf(() => notebookParameters(defaults), UsageError),
          says,
        );
      }
      writeFileSync(path, '{"run": "a", "markdown": "b"}');
      const found = notebookParameters(defaults);
      assert.equal(found, { run: "a", markdown: "b" });
      assert.is(Object.getPrototypeOf(found), Object.prototype);
      assert.is(({} as { owned?: number }).owned, undefined);
    } finally {
      delete process.env.PILA_NOTEBOOK_PARAMETERS;
    }
  }));

test.run();
