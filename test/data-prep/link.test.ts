import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { linkStack } from "../../data-prep/link";
import { simulateStack } from "../../data-prep/simulate";
import { FormatError } from "../../src/core/errors";
import { openSlcStack } from "../../src/io/folders";
import { isceXmlOf, randomSamples, withFolder, writeRaw, writeSlc } from "../io/slcFile.fixture";

const SHAPE = { azimuth: 2, range: 3 };
const SAMPLES = randomSamples(SHAPE, 1);

function put(path: string, text = basename(path)): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function putDates(folder: string, ...dates: string[]): void {
  for (const date of dates) putSlc(join(folder, date, `${date}.slc.vrt`));
}

/** Writes `X.slc.vrt` with its `X.slc` and `X.slc.xml`. */
function putSlc(vrt: string): string {
  const stem = basename(vrt, ".slc.vrt");
  mkdirSync(dirname(vrt), { recursive: true });
  writeSlc(dirname(vrt), stem, SHAPE, SAMPLES);
  put(join(dirname(vrt), `${stem}.slc.xml`), isceXmlOf(SHAPE, false));
  return vrt;
}

function errorOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    assert.instance(error, FormatError);
    return error as Error;
  }
  throw new Error("expected an error, found none");
}

test("a simulated tree becomes one flat folder of relative links that lead to its headers", () =>
  withFolder(async (folder) => {
    const tree = join(folder, "tree");
    const flat = join(folder, "some/flat");
    await simulateStack({ tree, dates: 3, shape: { azimuth: 16, range: 16 }, seed: 1 });
    const { linked, kept, skipped, dates, notes } = linkStack(tree, flat);
    assert.equal(dates, ["20230105", "20230121", "20230206"]);
    assert.equal(
      readdirSync(flat).sort(),
      dates.map((date) => `${date}.slc.vrt`),
    );
    assert.equal(
      linked,
      dates.map((date) => join(flat, `${date}.slc.vrt`)),
    );
    for (const path of linked) {
      assert.ok(lstatSync(path).isSymbolicLink());
      assert.not.ok(isAbsolute(readlinkSync(path)));
      const name = basename(path);
      assert.is(realpathSync(path), realpathSync(join(tree, name.slice(0, 8), name)));
    }
    assert.equal([kept, skipped, notes], [[], [], []]);
    renameSync(folder, `${folder}-moved`);
    try {
      const moved = readFileSync(join(`${folder}-moved`, "some/flat/20230121.slc.vrt"), "utf8");
      assert.match(moved, /20230121\.slc</);
    } finally {
      renameSync(`${folder}-moved`, folder);
    }
  }));

test("linking again changes nothing, and a new date is added", () =>
  withFolder((folder) => {
    const [tree, flat] = [join(folder, "tree"), join(folder, "flat")];
    putDates(tree, "20230105", "20230121");
    linkStack(tree, flat);
    const inodes = () => readdirSync(flat).map((name) => lstatSync(join(flat, name)).ino);
    const before = inodes();
    const again = linkStack(tree, flat);
    assert.is(again.linked.length, 0);
    assert.is(again.kept.length, 2);
    assert.equal(inodes(), before);
    putDates(tree, "20230206");
    assert.equal(linkStack(tree, flat).linked, [join(flat, "20230206.slc.vrt")]);
  }));

test("a flat folder inside the tree, and one reached through a link, are not linked to themselves", () =>
  withFolder((folder) => {
    const tree = join(folder, "tree");
    putDates(tree, "20230105");
    mkdirSync(join(tree, "flat"));
    linkStack(tree, join(tree, "flat"));
    symlinkSync("gone", join(tree, "flat/20230101.slc.vrt"));
    const again = linkStack(tree, join(tree, "flat"));
    assert.is(again.kept.length, 1);
    assert.equal(again.skipped, []);
    mkdirSync(join(folder, "a/b/deep"), { recursive: true });
    symlinkSync(join(folder, "a/b/deep"), join(folder, "short"));
    for (const flat of [join(folder, "short"), join(folder, "short/new")]) {
      linkStack(tree, flat);
      assert.is(
        realpathSync(join(flat, "20230105.slc.vrt")),
        realpathSync(join(tree, "20230105/20230105.slc.vrt")),
      );
    }
  }));

test("a lone .slc.xml, and an ENVI header, are linked with their pixels; without them they are skipped with the reason", () =>
  withFolder((folder) => {
    const [tree, flat] = [join(folder, "tree"), join(folder, "flat")];
    put(join(tree, "20230105/20230105.slc.xml"), isceXmlOf(SHAPE, false));
    writeRaw(join(tree, "20230105/20230105.slc"), SHAPE, SAMPLES);
    put(join(tree, "20230113/20230113.hdr"), "ENVI\nsamples = 3\nlines = 2\ndata type = 6\n");
    writeRaw(join(tree, "20230113/20230113.slc"), SHAPE, SAMPLES);
    put(join(tree, "20230121/20230121.slc.xml"), isceXmlOf(SHAPE, false));
    put(join(tree, "20230121/20230121.slc.hdr"));
    mkdirSync(join(tree, "20230206"));
    symlinkSync("nowhere", join(tree, "20230206/20230206.slc.vrt"));
    const { dates, skipped } = linkStack(tree, flat);
    assert.equal(dates, ["20230105", "20230113"]);
    assert.equal(readdirSync(flat).sort(), [
      "20230105.slc",
      "20230105.slc.xml",
      "20230113.hdr",
      "20230113.slc",
    ]);
    assert.is(readFileSync(join(flat, "20230105.slc")).length, 48);
    assert.equal(skipped, [
      { path: join(tree, "20230121/20230121.slc.xml"), reason: "no file of pixels beside it" },
      { path: join(tree, "20230206/20230206.slc.vrt"), reason: "the link leads nowhere" },
    ]);
    assert.equal(
      openSlcStack(flat).scenes.map(({ date }) => date),
      dates,
    );
  }));

test("of coregSLC/Coarse and merged/SLC of one tree the merged images are linked, and that is noted", () =>
  withFolder((folder) => {
    const [tree, flat] = [join(folder, "tree"), join(folder, "flat")];
    putDates(join(tree, "coregSLC/Coarse"), "20230121", "20230206");
    putDates(join(tree, "merged/SLC"), "20230105", "20230121", "20230206");
    const { notes: noted, linked } = linkStack(tree, flat);
    assert.is(linked.length, 3);
    assert.ok(linked.every((path) => realpathSync(path).includes("merged/SLC")));
    assert.is(noted.length, 1);
    assert.match(
      noted[0]!,
      /found 2 images of coregSLC .*, expected those of merged\/SLC .*; left out of the stack; name their folder/,
    );
    assert.equal(linkStack(join(tree, "merged/SLC"), flat).notes, []);
    const { notes, dates } = linkStack(join(tree, "coregSLC/Coarse"), join(folder, "coarse"));
    assert.equal(dates, ["20230121", "20230206"]);
    assert.is(notes.length, 1);
    assert.match(notes[0]!, /the reference date is not here/);
  }));

test("one file reached by two paths is one image; two polarisations of a date are refused, or chosen", () =>
  withFolder((folder) => {
    const tree = join(folder, "tree");
    putSlc(join(tree, "a/20230105_VV.slc.vrt"));
    mkdirSync(join(tree, "b"));
    symlinkSync("../a/20230105_VV.slc.vrt", join(tree, "b/20230105_VV.slc.vrt"));
    assert.is(linkStack(tree, join(folder, "one")).linked.length, 1);
    putSlc(join(tree, "c/20230121_VV.slc.vrt"));
    putSlc(join(tree, "c/20230121_VH.slc.vrt"));
    const { message } = errorOf(() => linkStack(tree, join(folder, "two")));
    assert.match(
      message,
      /found images of 2 polarisations, VH \(1\), VV \(2\), expected one; choose by --pol VH$/,
    );
    assert.not.ok(existsSync(join(folder, "two")));
    assert.equal(linkStack(tree, join(folder, "two"), { polarisation: "vv" }).dates, [
      "20230105",
      "20230121",
    ]);
    assert.equal(readdirSync(join(folder, "two")).sort(), ["20230105_VV.slc.vrt", "20230121_VV.slc.vrt"]);
  }));

test("names that begin with a dot are never linked, and files of one name are told apart by their folders' dates", () =>
  withFolder((folder) => {
    const [tree, flat] = [join(folder, "tree"), join(folder, "flat")];
    for (const date of ["20230105", "20230121"]) putSlc(join(tree, date, "full.slc.vrt"));
    put(join(tree, "20230105/._full.slc.vrt"), "\0\x05\x16\x07Mac OS X");
    putDates(join(tree, ".hidden"), "20230206");
    linkStack(tree, flat);
    assert.equal(readdirSync(flat).sort(), ["20230105_full.slc.vrt", "20230121_full.slc.vrt"]);
  }));

test("a link whose image left the tree is removed; links elsewhere and files stay", () =>
  withFolder((folder) => {
    const [tree, flat] = [join(folder, "tree"), join(folder, "flat")];
    putDates(tree, "20230105", "20230121");
    putDates(join(folder, "other"), "20230206");
    linkStack(tree, flat);
    symlinkSync("../other/20230206/20230206.slc.vrt", join(flat, "20230206.slc.vrt"));
    put(join(flat, "mine.txt"));
    rmSync(join(tree, "20230121"), { recursive: true });
    const { removed } = linkStack(tree, flat);
    assert.equal(removed, [join(flat, "20230121.slc.vrt")]);
    assert.equal(readdirSync(flat).sort(), ["20230105.slc.vrt", "20230206.slc.vrt", "mine.txt"]);
  }));

test("a date whose pixels are truncated is linked: it is not lost in silence", () =>
  withFolder((folder) => {
    const [tree, flat] = [join(folder, "tree"), join(folder, "flat")];
    putDates(tree, "20230105", "20230121");
    truncateSync(join(tree, "20230121/20230121.slc"), 8);
    assert.is(linkStack(tree, flat).linked.length, 2);
    assert.throws(() => openSlcStack(flat), /20230121\.slc: found 8 bytes, expected 48/);
  }));

test("a file in the way is refused untouched, before any link is made", () =>
  withFolder((folder) => {
    const [tree, flat] = [join(folder, "tree"), join(folder, "flat")];
    putDates(tree, "20230105", "20230121");
    put(join(flat, "20230121.slc.vrt"), "mine");
    const { message } = errorOf(() => linkStack(tree, flat));
    assert.match(message, /a file that is not a link/);
    assert.equal(readdirSync(flat), ["20230121.slc.vrt"]);
    assert.is(readFileSync(join(flat, "20230121.slc.vrt"), "utf8"), "mine");
  }));

test("a link that leads nowhere is replaced; one that leads to another image is refused with both paths", () =>
  withFolder((folder) => {
    const [tree, flat] = [join(folder, "tree"), join(folder, "flat")];
    putDates(tree, "20230105");
    mkdirSync(flat);
    const path = join(flat, "20230105.slc.vrt");
    symlinkSync("gone", path);
    assert.equal(linkStack(tree, flat).linked, [path]);
    assert.is(realpathSync(path), realpathSync(join(tree, "20230105/20230105.slc.vrt")));
    const other = put(join(folder, "other/20230105.slc.vrt"), "other");
    rmSync(path);
    symlinkSync(other, path);
    const { message } = errorOf(() => linkStack(tree, flat));
    assert.ok(message.includes(realpathSync(other)) && message.includes(join(tree, "20230105")), message);
    assert.is(readFileSync(path, "utf8"), "other");
  }));

test("a tree without images, a missing tree, and a file as flat folder are named", () =>
  withFolder((folder) => {
    put(join(folder, "empty/20230121.slc.xml"), isceXmlOf(SHAPE, false));
    const flat = join(folder, "flat");
    assert.match(
      errorOf(() => linkStack(join(folder, "empty"), flat)).message,
      /20230121\.slc\.xml: no file of pixels beside it/,
    );
    assert.match(errorOf(() => linkStack(join(folder, "missing"), flat)).message, /found nothing/);
    assert.not.ok(existsSync(flat));
    putDates(join(folder, "tree"), "20230105");
    put(flat);
    assert.match(errorOf(() => linkStack(join(folder, "tree"), flat)).message, /found a file/);
  }));

test.run();
