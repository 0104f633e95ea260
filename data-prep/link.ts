// Links the images of an ISCE2 tree of dates into one flat folder.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { FormatError } from "../src/core/errors";
import { removeLeftovers, temporaryPath } from "../src/io/outputFile";

interface LinkedStack {
  /** Links that were made now, or led nowhere and were replaced. */
  readonly linked: readonly string[];
  /** Links that were right already. */
  readonly kept: readonly string[];
  /** Headers of the tree that were not linked, each with the reason. */
  readonly skipped: readonly SkippedFile[];
  /** The dates of the linked images (or their whole stem where it holds none), in order. */
  readonly dates: readonly string[];
  /** What a person should know of this stack, in sentences. */
  readonly notes: readonly string[];
}

interface Link {
  readonly path: string;
  readonly target: string;
}

const ISCE2_FOLDERS =
  "in ISCE2's stripmapStack coregSLC/Coarse holds secondaries after coarse coregistration and merged/SLC the final stack of all dates";

/**
 * Links every `*.slc.vrt` below a tree, and every lone `*.slc.xml` with its `.slc`, into one flat folder by relative
 * symbolic links; the images stay where they are. Calling it again changes nothing. A link that leads nowhere is
 * replaced; anything else that stands in the way is refused. All is checked before the first link is made.
 * @param tree folder of the images
 * @param flat folder of the links; made where it is missing
 * @returns the dates, the links made and those there already, and what was left out with its reason
 * @throws FormatError no image below the tree, two images of one name, something in the way in the flat folder
 */
export function linkStack(tree: string, flat: string): LinkedStack {
  const source = requireFolder(resolve(tree));
  const target = resolve(flat);
  const { images, skipped } = findImages(source, existsSync(target) ? realpathSync(target) : target);
  if (images.length === 0) {
    const why = skipped.map(({ path, reason }) => `${path}: ${reason}`).join("; ");
    throw new FormatError(
      `${source}: found no image to link${why && ` (${why})`}, expected DATE.slc.vrt files below it; name the folder above the dates, such as merged/SLC`,
      { path: source },
    );
  }
  const once = distinctImages(images);
  const isNew = !existsSync(target);
  // The real path decides how many levels up a relative link has to climb.
  const realTarget = isNew ? target : realpathSync(requireFolder(target));
  const links = once.flatMap(({ files }) =>
    files.map((file): Link => ({ path: join(realTarget, basename(file)), target: file })),
  );
  const missing = links.filter((link) => !isInPlace(link));
  mkdirSync(realTarget, { recursive: true });
  removeLeftovers(realTarget);
  for (const link of missing) makeLink(link);

  const asNamed = ({ path }: Link) => join(flat, basename(path));
  return {
    linked: missing.map(asNamed),
    kept: links.filter((link) => !missing.includes(link)).map(asNamed),
    skipped,
    dates: [...new Set(once.map(({ stem }) => dateOf(stem)))].sort(),
    notes: notesOn(once),
  };
}

function requireFolder(path: string): string {
  if (existsSync(path) && statSync(path).isDirectory()) return path;
  const found = existsSync(path) ? "a file" : "nothing";
  throw new FormatError(`${path}: found ${found}, expected a folder; check the path`, { path });
}

/** One image a name; the same file reached by two paths counts once. */
function distinctImages(images: readonly FoundImage[]): FoundImage[] {
  const byStem = new Map<string, FoundImage>();
  for (const image of images) {
    const first = byStem.get(image.stem);
    if (first === undefined) byStem.set(image.stem, image);
    else if (realpathSync(first.header) !== realpathSync(image.header)) {
      const why = [first, image].some(({ header }) => isInside(header, "coregSLC"))
        ? `${ISCE2_FOLDERS}: `
        : "";
      throw new FormatError(
        `${image.header}: found a second image named ${image.stem}, the first is ${first.header}, expected one of a name; ${why}link the folder of one stack only, such as TREE/merged/SLC`,
        { path: image.header },
      );
    }
  }
  return [...byStem.values()];
}

/** The eight digits of a date inside a stem, otherwise the stem. */
function dateOf(stem: string): string {
  return /(?<!\d)(?:19|20)\d{6}(?!\d)/.exec(stem)?.[0] ?? stem;
}

function isInside(path: string, folder: string): boolean {
  return dirname(path).split(sep).includes(folder);
}

/** True when the link stands already; false when it can be made. */
function isInPlace({ path, target }: Link): boolean {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return false;
  if (!entry.isSymbolicLink()) {
    throw new FormatError(
      `${path}: found a file that is not a link, expected nothing or a link to ${target}; move it away or name another folder`,
      { path },
    );
  }
  if (!existsSync(path)) return false;
  const leadsTo = realpathSync(path);
  if (leadsTo === realpathSync(target)) return true;
  throw new FormatError(
    `${path}: found a link to ${leadsTo}, expected one to ${target}; remove it or name another folder`,
    { path },
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
    throw new FormatError(
      `${path}: found that no link can be made here (${(cause as Error).message}), expected a file system with symbolic links; name a folder on another one`,
      { path, cause },
    );
  }
}

function notesOn(images: readonly FoundImage[]): string[] {
  const notes: string[] = [];
  if (images.every(({ header }) => isInside(header, "coregSLC"))) {
    notes.push(
      `the reference date is not here: ${ISCE2_FOLDERS}; link TREE/merged/SLC to have the reference too`,
    );
  }
  const stemsByDate = new Map<string, string[]>();
  for (const { stem } of images) {
    stemsByDate.set(dateOf(stem), [...(stemsByDate.get(dateOf(stem)) ?? []), stem]);
  }
  for (const [date, stems] of stemsByDate) {
    if (stems.length === 1) continue;
    notes.push(
      `${date} has ${stems.length} images (${stems.join(", ")}): each would count as a date of its own`,
    );
  }
  return notes;
}

/** An SLC image of a tree, by the header that describes it. */
interface FoundImage {
  /** File name before `.slc`: `20230105`. */
  readonly stem: string;
  /** The `.slc.vrt`, or the `.slc.xml` where there is no `.slc.vrt`. */
  readonly header: string;
  /** Files that have to be linked: the header, and beside a lone `.slc.xml` its `.slc`. */
  readonly files: readonly string[];
}

interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

const HEADER = /^(.+)\.slc\.(vrt|xml)$/;

/**
 * All SLC images below a folder, in order of path; a `.slc.xml` beside its `.slc.vrt` is the same image.
 * Linked folders are not entered: they could lead back.
 * @param leftOut real path of a folder that is not searched
 */
function findImages(tree: string, leftOut: string): { images: FoundImage[]; skipped: SkippedFile[] } {
  const images: FoundImage[] = [];
  const skipped: SkippedFile[] = [];
  const folders = [tree];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    if (realpathSync(folder) === leftOut) continue;
    const entries = readdirSync(folder, { withFileTypes: true });
    const inside = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
    folders.push(...inside);
    for (const { name } of entries) {
      const [, stem, kind] = HEADER.exec(name) ?? [];
      if (stem === undefined) continue;
      const header = join(folder, name);
      if (kind === "xml" && existsSync(`${dataOf(header)}.vrt`)) continue;
      const reason = whyNot(header, kind === "xml");
      if (reason !== undefined) skipped.push({ path: header, reason });
      else images.push({ stem, header, files: kind === "vrt" ? [header] : [header, dataOf(header)] });
    }
  }
  const byPath = (a: string, b: string) => (a < b ? -1 : 1);
  return {
    images: images.sort((a, b) => byPath(a.header, b.header)),
    skipped: skipped.sort((a, b) => byPath(a.path, b.path)),
  };
}

/** The `.slc` beside a `.slc.vrt` or `.slc.xml`. */
function dataOf(header: string): string {
  return header.slice(0, -".xml".length);
}

/** Why a header is not linked; undefined when it is. */
function whyNot(header: string, isXml: boolean): string | undefined {
  if (!existsSync(header)) return "the link leads nowhere";
  if (!statSync(header).isFile()) return "not a file";
  if (isXml && !existsSync(dataOf(header))) return `no ${basename(dataOf(header))} beside it`;
  return undefined;
}
