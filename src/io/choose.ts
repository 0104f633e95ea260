// Which of the images that were found make a stack: one a date, never polarisations, sub-bands or passes mixed.
import { realpathSync, statSync } from "node:fs";
import { FormatError, fault } from "../core/errors";
import { type Finding, finding } from "../core/findings";
import { groupBy } from "../core/groups";
import type { RawSource } from "../core/raster";
import { SLC_FORMATS, slcNames } from "./formats/registry";
import { listFolder } from "./names";
import { type FoundImage, searchImages } from "./search";

/** What a person says of the images meant, where several are there. */
export interface SlcChoice {
  /** `HH`, `HV`, `VH` or `VV`. */
  readonly polarisation?: string | null;
  /** An image inside each file, by its whole name or the end of it: `/data/VV`, `frequencyA/HH`. */
  readonly subdataset?: string | null;
  /** A band of each file, from 1. */
  readonly band?: number | null;
  /** Raw files may be longer than described by any number of bytes. */
  readonly allowSurplus?: boolean;
}

/** The images of a stack, one a date, in order of their labels; and what was left out. */
interface ChosenImages {
  readonly images: readonly FoundImage[];
  readonly findings: readonly Finding[];
}

/**
 * Searches a folder, the tree below it, or a file, for the images of one stack.
 * @throws FormatError there is no such folder, no image in it, or several of a date that `choice` does not tell apart
 */
export function findImages(folder: string, choice: SlcChoice): ChosenImages {
  const found = searchImages(folder, choice.allowSurplus ?? false);
  if (found.length === 0) throw noImages(folder);
  return chooseImages(folder, found, choice);
}

function noImages(folder: string): FormatError {
  const isFile = statSync(folder).isFile();
  const others = isFile ? [] : listFolder(folder).filter((name) => !name.startsWith("."));
  const found = isFile
    ? "a file of another kind"
    : others.length === 0
      ? "an empty folder"
      : `${others.slice(0, 3).join(", ")}${others.length > 3 ? ` and ${others.length - 3} more` : ""}`;
  return fault(
    folder,
    `found ${found}, expected ${slcNames()}${isFile ? "" : ", here or in folders below"}; name the folder of the dates`,
  );
}

/**
 * Chooses the images of one stack. Left out with a note: real images beside complex ones, LowBand and HighBand beside the
 * full band, coregSLC beside merged/SLC.
 * @param root the file or folder that was searched
 * @throws FormatError more than one image of a date is left, or several polarisations: it lists them and says how to choose
 */
export function chooseImages(root: string, found: readonly FoundImage[], choice: SlcChoice): ChosenImages {
  const findings: Finding[] = [];
  const prefer = (images: readonly FoundImage[], rule: Preference): readonly FoundImage[] => {
    const kept = images.filter((each) => !rule.isLesser(each));
    const left = images.filter((each) => rule.isLesser(each));
    if (left.length === 0 || !kept.some(rule.isPreferred)) return images;
    const count = left.length === 1 ? "1 image" : `${left.length} images`;
    const dates = [...new Set(left.map(({ label }) => label))].sort();
    const path = left.length === 1 ? left[0]!.path : root;
    findings.push(
      finding("leftOut", path, dates, `${count} ${rule.what}`, { images: left.length }, rule.expected),
    );
    return kept;
  };
  let images = PREFERENCES.reduce(prefer, found);
  images = distinct(images);
  images = byChoice(root, images, choice);
  requireOnePolarisation(root, images, choice);
  requireOneADate(root, images, choice);
  return { images: images.toSorted((a, b) => (a.label < b.label ? -1 : 1)), findings };
}

interface Preference {
  readonly what: string;
  readonly expected: string;
  isLesser(found: FoundImage): boolean;
  /** One of these has to be there, or none is lesser. */
  isPreferred(found: FoundImage): boolean;
}

const isInside = ({ path }: FoundImage, folder: RegExp): boolean => folder.test(path);
const SUB_BAND = /(^|[/_.-])(low|high)_?band(?=[/_.-]|$)/i;
const COARSE = /(^|\/)coregSLC\//i;
const MERGED = /(^|\/)merged\/SLC\//i;

const PREFERENCES: readonly Preference[] = [
  {
    what: "of real values",
    expected: "complex samples",
    isLesser: (found) => found.isReal,
    isPreferred: () => true,
  },
  {
    what: "of LowBand or HighBand",
    expected: "the full band, which is there too",
    isLesser: (found) => isInside(found, SUB_BAND),
    isPreferred: (found) => found.image !== null,
  },
  {
    what: "of coregSLC (secondaries after coarse coregistration)",
    expected: "those of merged/SLC (the final stack of all dates), which are there too",
    isLesser: (found) => isInside(found, COARSE),
    isPreferred: (found) => isInside(found, MERGED),
  },
];

/** Several descriptions of the same pixels of a date are one image: that which leads to the others, else the preferred format. */
function distinct(found: readonly FoundImage[]): readonly FoundImage[] {
  const groups = groupBy(found, ({ date, label }) => date?.day ?? label);
  return [...groups.values()].flatMap((group) =>
    group.filter((each, i) => !group.some((other, j) => i !== j && replaces(other, j, each, i))),
  );
}

function replaces(better: FoundImage, at: number, worse: FoundImage, worseAt: number): boolean {
  if (better.label === worse.label && (better.problem !== null || worse.problem !== null)) {
    // A description that is wrong hides the lesser ones of its date, and is hidden by better ones.
    const [rank, worseRank] = [rankOf(better), rankOf(worse)];
    return rank < worseRank || (rank === worseRank && at < worseAt && better.path !== worse.path);
  }
  if (better.image === null || worse.image === null) return false;
  const [own, other] = [realpathSync.native(better.path), realpathSync.native(worse.path)];
  if (own === other) return at < worseAt && pixelsOf(better) === pixelsOf(worse);
  if (better.image.files.includes(other)) return true;
  if (worse.image.files.includes(own)) return false;
  if (!better.image.files.some((file) => worse.image!.files.includes(file))) return false;
  // Other labels are other dates to whoever named them so: inspect tells of twins.
  if (better.label !== worse.label) return false;
  const [rank, worseRank] = [rankOf(better), rankOf(worse)];
  return rank < worseRank || (rank === worseRank && at < worseAt && pixelsOf(better) === pixelsOf(worse));
}

function rankOf({ format }: FoundImage): number {
  return format === null ? -1 : SLC_FORMATS.indexOf(format);
}

/** Equal for the same pixels of the same file. */
function pixelsOf({ image }: FoundImage): string {
  const { source, band, label } = image!;
  return JSON.stringify([source.path, (source as Partial<RawSource>).dataOffset ?? null, band, label]);
}

function byChoice(root: string, found: readonly FoundImage[], choice: SlcChoice): readonly FoundImage[] {
  const { polarisation = null, subdataset = null, band = null } = choice;
  const narrow = (
    images: readonly FoundImage[],
    wanted: string,
    has: (found: FoundImage) => boolean,
    nameOf: (found: FoundImage) => string | null,
  ): readonly FoundImage[] => {
    const kept = images.filter(has);
    if (kept.length > 0) return kept;
    const names = [...new Set(images.map(nameOf).filter((name) => name !== null))].sort();
    throw fault(
      root,
      `found ${names.length === 0 ? "none that is told" : names.join(", ")}, expected ${wanted}; choose one that is there, or leave the choice out`,
    );
  };
  let images = found;
  if (polarisation !== null) {
    const wanted = polarisation.toUpperCase();
    images = narrow(
      images,
      `polarisation ${wanted}`,
      // A file that cannot be read is of the polarisation that its name tells.
      (each) => each.polarisation === wanted || (each.image === null && each.polarisation === null),
      (each) => each.polarisation,
    );
  }
  if (subdataset !== null) {
    const end = subdataset.replace(/^\/*/, "/");
    const has = ({ image }: FoundImage) => image === null || `/${image.label ?? ""}`.endsWith(end);
    images = narrow(images, `subdataset ${subdataset}`, has, (each) => each.image?.label ?? null);
  }
  if (band !== null) {
    const has = ({ image }: FoundImage) => image === null || image.band === band;
    images = narrow(images, `band ${band}`, has, (each) => `band ${each.image?.band}`);
  }
  return images;
}

function requireOnePolarisation(root: string, found: readonly FoundImage[], choice: SlcChoice): void {
  if ((choice.polarisation ?? null) !== null) return;
  const byPolarisation = groupBy(found, ({ polarisation }) => polarisation);
  const names = [...byPolarisation.keys()].filter((name) => name !== null).sort();
  if (names.length < 2) return;
  const listed = names.map((name) => `${name} (${byPolarisation.get(name)!.length})`);
  throw fault(
    root,
    `found images of ${listed.length} polarisations, ${listed.join(", ")}, expected one; choose by --pol ${names[0]}`,
  );
}

function requireOneADate(root: string, found: readonly FoundImage[], choice: SlcChoice): void {
  for (const [day, group] of groupBy(found, ({ date, label }) => date?.day ?? label)) {
    if (group.length === 1) continue;
    const labels = group.map(({ image }) => image?.label ?? "");
    if (group.every(({ path }) => path === group[0]!.path)) {
      throw new FormatError(
        `${group[0]!.path}: found ${group.length} images of ${day}, ${labels.slice(0, 12).join(", ")}, expected one a date; ${howToChoose(group, choice)}`,
        { path: group[0]!.path },
      );
    }
    const times = new Set(group.map(({ date }) => date?.time ?? null));
    const passes = times.size === group.length && !times.has(null) ? " at different times" : "";
    const names = group.map(({ path, image }) => [path, ...(image?.label ? [image.label] : [])].join(" "));
    const isOneStack = new Set(group.map(({ folders }) => folders.join("/"))).size === 1;
    const next = isOneStack ? "move the others away" : "name the folder of one stack only";
    throw fault(
      root,
      `found ${group.length} images of ${day}${passes}, ${names.slice(0, 8).join(", ")}, expected one a date; ${next}`,
    );
  }
}

/** How to choose among the images of one file, without what was said already. */
function howToChoose(group: readonly FoundImage[], choice: SlcChoice): string {
  const [first] = group;
  const subdatasets = new Set(group.map(({ image }) => image!.label?.split(" ")[0]));
  const hasSubdatasets = first!.image!.label?.startsWith("/") === true && subdatasets.size > 1;
  if (hasSubdatasets && (choice.subdataset ?? null) === null) {
    return `choose by --subdataset ${first!.image!.label!.split(" ")[0]}`;
  }
  if (hasSubdatasets) return "write more of the name of the subdataset";
  return `choose by --band ${first!.image!.band}`;
}
