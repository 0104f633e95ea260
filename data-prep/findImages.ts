import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";

/** An SLC image of a tree, by the header that describes it. */
export interface FoundImage {
  /** File name before `.slc`: `20230105`. */
  readonly stem: string;
  /** The `.slc.vrt`, or the `.slc.xml` where there is no `.slc.vrt`. */
  readonly header: string;
  /** Files that have to be linked: the header, and beside a lone `.slc.xml` its `.slc`. */
  readonly files: readonly string[];
}

export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

const HEADER = /^(.+)\.slc\.(vrt|xml)$/;

/**
 * All SLC images below a folder, in order of path; a `.slc.xml` beside its `.slc.vrt` is the same image.
 * Linked folders are not entered: they could lead back.
 * @param leftOut real path of a folder that is not searched
 */
export function findImages(tree: string, leftOut: string): { images: FoundImage[]; skipped: SkippedFile[] } {
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
