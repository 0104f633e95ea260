// Searches a folder, a tree or one file for SLC images, and tells by names and metadata of which date each is.
import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import type { PilaError } from "../core/errors";
import type { DescribedImage, SlcFormat } from "./formats/description";
import {
  type DescribedFile,
  describeFile,
  findDescriptionOf,
  isNamedLikeSlc,
  isReal,
} from "./formats/registry";
import { dateIn, listFolder, type NamedDate, nameBeforeSlc, polarisationIn, stemOf } from "./names";

/** An image that was found, or a description of one with what is wrong with it. */
export interface FoundImage {
  /**
   * What the date is called: what stands before `.slc` in the name of the file, else the date in it, in the metadata or
   * in the names of the folders between, else its stem. Bands and subdatasets with dates are called by those.
   */
  readonly label: string;
  /** The day and time in the label, or in the name of the file; null: none is told. */
  readonly date: NamedDate | null;
  /** The file as the user has it. */
  readonly path: string;
  /** Names of the folders from the searched one to the file. */
  readonly folders: readonly string[];
  readonly polarisation: string | null;
  readonly format: SlcFormat | null;
  readonly image: DescribedImage | null;
  readonly problem: PilaError | null;
  /** The problem is that the values are real. */
  readonly isReal: boolean;
}

/** Below a searched folder; ISCE2's trees are four deep, NISAR's and SAFE's less. */
const DEEPEST_FOLDER = 8;

/**
 * The images of one file or of a folder, and where that holds none, of the tree below it. Names that begin with a dot are
 * never looked at, linked folders not entered.
 * @param leftOut real path of a folder that is not searched
 * @throws FormatError there is no such file or folder
 */
export function searchImages(
  path: string,
  allowSurplus: boolean,
  leftOut: string | null = null,
): readonly FoundImage[] {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) {
    const described = describeFile(path, allowSurplus);
    const header = described === null ? findDescriptionOf(path) : null;
    const file = header === null ? described : describeFile(header, allowSurplus);
    return file === null ? [] : nameImages(header ?? path, dirname(path), file);
  }
  const here = searchFolder(path, path, allowSurplus);
  const isEmpty = here.every((found) => found.isReal);
  const below = isEmpty ? searchBelow(path, allowSurplus, leftOut) : [];
  return tellApart([...here, ...below]);
}

function searchBelow(top: string, allowSurplus: boolean, leftOut: string | null): readonly FoundImage[] {
  const found: FoundImage[] = [];
  let level = [top];
  for (let depth = 0; depth < DEEPEST_FOLDER && level.length > 0; depth++) {
    const next = level.flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
        .map(({ name }) => join(folder, name))
        .filter((inside) => leftOut === null || realpathSync(inside) !== leftOut),
    );
    for (const folder of next) found.push(...searchFolder(folder, top, allowSurplus));
    level = next;
  }
  return found;
}

function searchFolder(folder: string, top: string, allowSurplus: boolean): readonly FoundImage[] {
  const names = listFolder(folder).filter((name) => !name.startsWith("."));
  // Preferred first: what a VRT names need not be looked at.
  const ordered = names.toSorted((a, b) => Number(b.endsWith(".vrt")) - Number(a.endsWith(".vrt")));
  const real = realpathSync(folder);
  const pixels = new Set<string>();
  const described = new Set<string>();
  return ordered.flatMap((name) => {
    if (pixels.has(name) || isDescribed(name, described)) return [];
    const path = join(folder, name);
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile();
    if (isFile === false || (isFile === undefined && !isNamedLikeSlc(name))) return [];
    const file = describeFile(path, allowSurplus);
    if (file === null) return [];
    for (const used of file.images.flatMap(({ files }) => files)) {
      if (dirname(used) !== real) continue;
      pixels.add(basename(used));
      if (name.startsWith(`${basename(used)}.`)) described.add(basename(used));
    }
    return nameImages(path, top, file);
  });
}

/** `X.slc.xml` where `X.slc` was described by the `X.slc.vrt` beside it. */
function isDescribed(name: string, described: ReadonlySet<string>): boolean {
  if (described.size === 0) return false;
  for (let at = name.lastIndexOf("."); at > 0; at = name.lastIndexOf(".", at - 1)) {
    if (described.has(name.slice(0, at))) return true;
  }
  return false;
}

/** The images of a file with their dates and polarisations. */
function nameImages(path: string, top: string, file: DescribedFile): FoundImage[] {
  const folders = relative(top, dirname(path))
    .split(sep)
    .filter((name) => name !== "");
  const name = basename(path);
  const ofFile = {
    path,
    folders,
    format: file.format,
    problem: file.problem,
    isReal: isReal(file),
  };
  const one = (image: DescribedImage | null): FoundImage => {
    const ofBand = file.images.length > 1 ? (image?.date ?? null) : null;
    const label =
      ofBand ??
      nameBeforeSlc(name) ??
      dateIn(name)?.day ??
      image?.date ??
      folderDate(folders) ??
      stemOf(name);
    const polarisation =
      image?.polarisation ??
      polarisationIn(image?.label ?? "") ??
      polarisationIn(name) ??
      folders.map(polarisationIn).find((each) => each !== null) ??
      null;
    const date = dateIn(label) && ofBand === null ? (dateIn(name) ?? dateIn(label)) : dateIn(label);
    return { ...ofFile, label, date, polarisation, image };
  };
  return file.problem === null ? file.images.map(one) : [one(null)];
}

/** The date in the names of folders, the nearest first. */
function folderDate(folders: readonly string[]): string | null {
  return (
    folders
      .toReversed()
      .map((name) => dateIn(name)?.day)
      .find((day) => day !== undefined) ?? null
  );
}

/** Files of one name without a date, in folders named by dates, are called by those. */
function tellApart(found: readonly FoundImage[]): readonly FoundImage[] {
  const paths = new Map<string, Set<string>>();
  for (const { label, path } of found) paths.set(label, (paths.get(label) ?? new Set()).add(path));
  return found.map((each) => {
    if (each.date !== null || paths.get(each.label)!.size === 1) return each;
    const day = each.image?.date ?? folderDate(each.folders);
    return day === null ? each : { ...each, label: day, date: { day, time: null } };
  });
}
