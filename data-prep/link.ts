// Links the images of a tree of dates into one flat folder.
import {
  existsSync,
  lstatSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fault } from "../src/core/errors";
import { wordFinding } from "../src/core/findings";
import { groupBy } from "../src/core/groups";
import { chooseImages, type SlcChoice } from "../src/io/choose";
import type { SlcFormat } from "../src/io/formats/description";
import { slcNames } from "../src/io/formats/registry";
import { type FoundImage, searchImages } from "../src/io/search";
import { makeFolder, removeLeftovers, temporaryPath } from "../src/io/workFolder";

export interface LinkedStack {
  /** Links that were made now, or led nowhere and were replaced. */
  readonly linked: readonly string[];
  /** Links that were right already. */
  readonly kept: readonly string[];
  /** Links that were removed: their image is no longer in the tree. */
  readonly removed: readonly string[];
  /** Descriptions in the tree that were not linked, each with the reason. */
  readonly skipped: readonly SkippedFile[];
  /** The dates of the linked images, in order. */
  readonly dates: readonly string[];
  /** What a person should know of this stack, in sentences. */
  readonly notes: readonly string[];
}

interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

interface Link {
  readonly path: string;
  readonly target: string;
}

/**
 * Links the SLC images of a tree, of any format that pila reads, into one flat folder by relative symbolic links; the
 * images stay where they are. A description that does not name its file of pixels is linked together with it. Calling
 * it again changes nothing. A link that leads nowhere is replaced, and one whose image left the tree is removed; anything
 * else that stands in the way is refused. All is checked before the first link is made.
 * @param tree folder of the images
 * @param flat folder of the links; made where it is missing
 * @param choice which images are meant, where a date has several
 * @param most only the first so many dates
 * @returns the dates, the links made, those there already and those removed, and what was left out with its reason
 * @throws FormatError no image in the tree, several of a date that `choice` does not tell apart, something in the way
 */
export function linkStack(
  tree: string,
  flat: string,
  choice: SlcChoice = {},
  most = Number.POSITIVE_INFINITY,
): LinkedStack {
  const source = requireFolder(resolve(tree));
  const target = resolve(flat);
  const isNew = !existsSync(target);
  // The real path decides how many levels up a relative link has to climb.
  const realTarget = isNew ? target : realpathSync(requireFolder(target));
  const found = searchImages(source, choice.allowSurplus ?? false, realTarget);
  const { images, findings } = chooseImages(source, found, choice);
  const skipped = images.flatMap(whyNot);
  const wanted = images.filter(({ path }) => !skipped.some((each) => each.path === path)).slice(0, most);
  if (wanted.length === 0) {
    const why = skipped.map(({ path, reason }) => `${path}: ${reason}`).join("; ");
    throw fault(
      source,
      `found no image to link${why && ` (${why})`}, expected ${slcNames()} in folders below it; name the folder above the dates`,
    );
  }
  const links = linksOf(wanted, realTarget);
  const missing = links.filter((link) => !isInPlace(link));
  makeFolder(realTarget);
  removeLeftovers(realTarget);
  const removed = removeGone(realTarget, links, realpathSync(source));
  for (const link of missing) makeLink(link);

  const asNamed = ({ path }: Link) => join(flat, basename(path));
  return {
    linked: missing.map(asNamed),
    kept: links.filter((link) => !missing.includes(link)).map(asNamed),
    removed: removed.map((path) => join(flat, basename(path))),
    skipped,
    dates: [...new Set(wanted.map(({ date, label }) => date?.day ?? label))].sort(),
    notes: [...notesOn(wanted), ...findings.map(wordFinding)],
  };
}

/** Why a description is not linked; empty where it is. One that is wrong is linked too, so that its date is not lost in silence. */
function whyNot({ path, problem, format }: FoundImage): SkippedFile[] {
  if (problem === null) return [];
  if (!existsSync(path)) return [{ path, reason: "the link leads nowhere" }];
  if (format?.descriptionsOf === undefined || pixelsBeside(path, format) !== null) return [];
  return [{ path, reason: "no file of pixels beside it" }];
}

/** The file of pixels that a description lies beside; null where there is none. */
function pixelsBeside(path: string, format: SlcFormat): string | null {
  const folder = dirname(realpathSync(path));
  const name = basename(realpathSync(path));
  const isDescribed = (data: string) => format.descriptionsOf!(data).includes(name) && data !== name;
  const names = readdirSync(folder).filter(isDescribed);
  // `X.slc` before `X`.
  const data = names.find((each) => name.startsWith(`${each}.`)) ?? names[0];
  return data === undefined ? null : join(dirname(path), data);
}

/** A link for each description, under the name of its file, and for the pixels that it needs beside it. */
function linksOf(images: readonly FoundImage[], folder: string): readonly Link[] {
  const paths = new Map(images.map((image) => [image.path, image]));
  const byName = groupBy([...paths.values()], ({ path }) => basename(path));
  return [...paths.values()].flatMap(({ path, label, format, image }) => {
    // Files of one name are told apart by their dates.
    const prefix = byName.get(basename(path))!.length > 1 ? `${label}_` : "";
    const data =
      format?.descriptionsOf === undefined ? null : (image?.source.path ?? pixelsBeside(path, format));
    const files = data === null ? [path] : [path, data];
    return files.map((file): Link => ({ path: join(folder, `${prefix}${basename(file)}`), target: file }));
  });
}

/** Removes links that lead into the tree or nowhere, and are none of those wanted. */
function removeGone(folder: string, links: readonly Link[], tree: string): readonly string[] {
  const wanted = new Set(links.map(({ path }) => path));
  const paths = readdirSync(folder).map((name) => join(folder, name));
  const gone = paths.filter((path) => {
    if (wanted.has(path) || !lstatSync(path).isSymbolicLink()) return false;
    return !existsSync(path) || realpathSync(path).startsWith(`${tree}${sep}`);
  });
  for (const path of gone) rmSync(path);
  return gone;
}

function requireFolder(path: string): string {
  if (existsSync(path) && statSync(path).isDirectory()) return path;
  const found = existsSync(path) ? "a file" : "nothing";
  throw fault(path, `found ${found}, expected a folder; check the path`);
}

/** True when the link stands already; false when it can be made. */
function isInPlace({ path, target }: Link): boolean {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return false;
  if (!entry.isSymbolicLink()) {
    throw fault(
      path,
      `found a file that is not a link, expected nothing or a link to ${target}; move it away or name another folder`,
    );
  }
  if (!existsSync(path)) return false;
  const leadsTo = realpathSync(path);
  if (leadsTo === realpathSync(target)) return true;
  throw fault(
    path,
    `found a link to ${leadsTo}, expected one to ${target}; remove it or name another folder`,
  );
}

/** Makes a relative link under another name and puts it in place, over a link that leads nowhere. */
function makeLink({ path, target }: Link): void {
  const folder = dirname(path);
  const temporary = temporaryPath(folder);
  const destination = join(realpathSync(dirname(target)), basename(target));
  try {
    symlinkSync(relative(realpathSync(folder), destination), temporary);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw fault(
      path,
      `found that no link can be made here (${(cause as Error).message}), expected a file system with symbolic links; name a folder on another one`,
      { cause },
    );
  }
}

function notesOn(images: readonly FoundImage[]): string[] {
  if (!images.every(({ path }) => dirname(path).split(sep).includes("coregSLC"))) return [];
  return [
    "the reference date is not here: in ISCE2's stripmapStack coregSLC/Coarse holds secondaries after coarse coregistration and merged/SLC the final stack of all dates; link that one to have the reference too",
  ];
}
