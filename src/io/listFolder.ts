import { readdirSync } from "node:fs";
import { FormatError } from "../core/errors";

/** The names in a folder, sorted. @throws FormatError it cannot be listed */
export function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    throw new FormatError(`${folder}: found no readable folder, expected one; check the path`, {
      path: folder,
      cause,
    });
  }
}
