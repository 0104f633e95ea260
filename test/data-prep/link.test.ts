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
  writeFileSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { linkStack } from "../../data-prep/link";
import { simulateStack } from "../../data-prep/simulate";
import { FormatError } from "../../src/core/errors";
import { withFolder } from "../io/slcFile.fixture";

function put(path: string, text = basename(path)): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function putDates(folder: string, ...dates: string[]): void {
  for (const date of dates) {
    for (const end of ["", ".vrt", ".xml"]) put(join(folder, date, `${date}.slc${end}`));
  }
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
      assert.is(readFileSync(join(flat, "20230105.slc.vrt"), "utf8"), "20230105.slc.vrt");
    }
  }));

test("a lone .slc.xml is linked with its .slc; without one it is skipped with the reason", () =>
  withFolder((folder) => {
    const [tree, flat] = [join(folder, "tree"), join(folder, "flat")];
    put(join(tree, "20230105/20230105.slc.xml"));
    put(join(tree, "20230105/20230105.slc"), "data");
    put(join(tree, "20230121/20230121.slc.xml"));
    put(join(tree, "20230121/20230121.slc.hdr"));
    symlinkSync("nowhere", join(tree, "20230206.slc.vrt"));
    const { dates, skipped } = linkStack(tree, flat);
    assert.equal(dates, ["20230105"]);
    assert.equal(readdirSync(flat).sort(), ["20230105.slc", "20230105.slc.xml"]);
    assert.is(readFileSync(join(flat, "20230105.slc"), "utf8"), "data");
    assert.equal(skipped, [
      { path: join(tree, "20230121/20230121.slc.xml"), reason: "no 20230121.slc beside it" },
      { path: join(tree, "20230206.slc.vrt"), reason: "the link leads nowhere" },
    ]);
  }));

test("coregSLC/Coarse and merged/SLC of one tree are refused with both paths, and nothing is linked", () =>
  withFolder((folder) => {
    const [tree, flat] = [join(folder, "tree"), join(folder, "flat")];
    putDates(join(tree, "coregSLC/Coarse"), "20230121", "20230206");
    putDates(join(tree, "merged/SLC"), "20230105", "20230121", "20230206");
    const { message } = errorOf(() => linkStack(tree, flat));
    assert.ok(message.includes(join(tree, "coregSLC/Coarse/20230121/20230121.slc.vrt")), message);
    assert.ok(message.includes(join(tree, "merged/SLC/20230121/20230121.slc.vrt")), message);
    assert.match(message, /final stack of all dates/);
    assert.not.ok(existsSync(flat));
    assert.equal(linkStack(join(tree, "merged/SLC"), flat).notes, []);
    const { notes, dates } = linkStack(join(tree, "coregSLC/Coarse"), join(folder, "coarse"));
    assert.equal(dates, ["20230121", "20230206"]);
    assert.is(notes.length, 1);
    assert.match(notes[0]!, /the reference date is not here/);
  }));

test("one file reached by two paths is one image; two images of a date are noted", () =>
  withFolder((folder) => {
    const tree = join(folder, "tree");
    put(join(tree, "a/20230105.slc.vrt"));
    mkdirSync(join(tree, "b"));
    symlinkSync("../a/20230105.slc.vrt", join(tree, "b/20230105.slc.vrt"));
    assert.is(linkStack(tree, join(folder, "one")).linked.length, 1);
    put(join(tree, "20230121_VV.slc.vrt"));
    put(join(tree, "20230121_VH.slc.vrt"));
    const { dates, notes } = linkStack(tree, join(folder, "two"));
    assert.equal(dates, ["20230105", "20230121"]);
    assert.equal(notes, [
      "20230121 has 2 images (20230121_VH, 20230121_VV): each would count as a date of its own",
    ]);
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
    assert.is(readFileSync(path, "utf8"), "20230105.slc.vrt");
    const other = put(join(folder, "other/20230105.slc.vrt"), "other");
    rmSync(path);
    symlinkSync(other, path);
    const { message } = errorOf(() => linkStack(tree, flat));
    assert.ok(message.includes(realpathSync(other)) && message.includes(join(tree, "20230105")), message);
    assert.is(readFileSync(path, "utf8"), "other");
  }));

test("a tree without images, a missing tree, and a file as flat folder are named", () =>
  withFolder((folder) => {
    put(join(folder, "empty/20230121.slc.xml"));
    const flat = join(folder, "flat");
    assert.match(errorOf(() => linkStack(join(folder, "empty"), flat)).message, /no 20230121\.slc beside it/);
    assert.match(errorOf(() => linkStack(join(folder, "missing"), flat)).message, /found nothing/);
    assert.not.ok(existsSync(flat));
    putDates(join(folder, "tree"), "20230105");
    put(flat);
    assert.match(errorOf(() => linkStack(join(folder, "tree"), flat)).message, /found a file/);
  }));

test.run();
