// The names in a folder, and what those of files, folders and bands tell: the date of an image, its polarisation, what it is called.
import { existsSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { fault } from "../core/errors";

/** A day as `20180101`, with its time as `101010` where that is told too. */
export interface NamedDate {
  readonly day: string;
  readonly time: string | null;
}

const DATE =
  /(?<!\d)((?:19|20)\d\d)([-_/]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[T_ ]?([01]\d|2[0-3]):?([0-5]\d):?([0-5]\d))?(?!\d)/i;

/**
 * The first date in a text: `20180101`, `2018-01-01`, `20180101T101010`, within any name; a second one, such as the
 * end of the acquisition or the day of processing, is left aside. null where there is none.
 */
export function dateIn(text: string): NamedDate | null {
  const [found, year, , month, day, ...clock] = DATE.exec(text) ?? [];
  if (found === undefined) return null;
  return { day: `${year}${month}${day}`, time: clock[0] === undefined ? null : clock.join("") };
}

/** The date among metadata, under a name that means the acquisition; null where there is none. */
export function dateAmong(metadata: Iterable<readonly [name: string, value: string]>): string | null {
  for (const [name, value] of metadata) {
    if (/^(acquisition|sensing|start|zero_?doppler|_)*(date|time|date_?time)$/i.test(name)) {
      const date = dateIn(value);
      if (date !== null) return date.day;
    }
  }
  return null;
}

/** `HH`, `HV`, `VH` or `VV` as a word of a name, such as `s1a-iw1-slc-vv-…`, `20180101_VV.slc` or `/data/VV`; else null. */
export function polarisationIn(name: string): string | null {
  return (
    /(?<![a-z0-9])(?:hh|hv|vh|vv)(?![a-z0-9])/i.exec(name.replaceAll("_", "-"))?.[0].toUpperCase() ?? null
  );
}

/** What stands before `.slc` or `.rslc` in the name of a file; null where there is neither. */
export function nameBeforeSlc(path: string): string | null {
  return /^(.+?)\.r?slc(?=\.|$)/i.exec(basename(path))?.[1] ?? null;
}

/** The name of a file without what tells its format. */
export function stemOf(path: string): string {
  const name = basename(path);
  return (
    nameBeforeSlc(path) ?? name.replace(/(?<=.)\.(vrt|xml|hdr|par|rsc|tiff?|h5|hdf5|nc|img|dat|bin)$/i, "")
  );
}

/** The names in a folder, sorted. @throws FormatError it cannot be listed */
export function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    const found = existsSync(folder) ? "a folder that cannot be read" : "no readable folder";
    throw fault(folder, `found ${found}, expected one; check the path`, { cause });
  }
}
