// What the set-up remembers between calls, and how it sees that a result is still whole.
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Parsed JSON of a file, or null where there is none or it cannot be read as JSON. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/** Writes JSON so that a reader sees the old file or the new one, never half of it. */
export function writeJson(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(value, null, 1) + "\n");
  renameSync(temporary, path);
}

/** SHA-256 over names and contents of files given relative to root; an absent file counts as absent. */
export function hashFiles(root, files) {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`\0${file}\0`);
    try {
      hash.update(readFileSync(join(root, file)));
    } catch {
      hash.update("\0absent");
    }
  }
  return hash.digest("hex");
}

/**
 * Files and bytes below a folder, without what `skip(path, name)` names.
 * @returns {{files: number, bytes: number}|null} null where there is no such folder
 */
export function weighFolder(folder, skip) {
  const weight = { files: 0, bytes: 0 };
  const walk = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (skip(child, entry.name)) continue;
      if (entry.isDirectory()) walk(child);
      else {
        weight.files += 1;
        weight.bytes += lstatSync(child).size;
      }
    }
  };
  try {
    walk(folder);
  } catch {
    return null;
  }
  return weight;
}

/** Whether nothing was lost since `before`; what a user adds by hand does no harm. */
export function isWhole(before, now) {
  return now !== null && now.files >= before.files && now.bytes >= before.bytes;
}
