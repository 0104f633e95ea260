import { spawnSync } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";
import type { CacheState } from "../core/records";

const BUFFER_BYTES = 1 << 20;
const WARMING_READS = 3;

/** Brings the files a run reads into a known state of the page cache. Files are only ever opened for reading. */
export interface CacheControl {
  /** @returns the state reached: the one asked for, or `uncontrolled` where it could not be had or not be checked */
  prepare(files: readonly string[], wanted: "warm" | "cold"): CacheState;
}

/** Evicting, and looking at what is resident. */
export interface PageCache {
  evict(path: string): void;
  /** null when it cannot be looked at. */
  residentBytes(files: readonly string[]): { readonly resident: number; readonly size: number } | null;
}

/** @param pageCache stands in for the system's own in tests */
export function createCache(pageCache: PageCache): CacheControl {
  return {
    prepare(files, wanted) {
      if (wanted === "warm") {
        // The system may take pages back at once; where they do not stay after several reads, memory is too small.
        for (let reads = 0; reads < WARMING_READS; reads++) {
          readWhole(files);
          const found = pageCache.residentBytes(files);
          if (found === null || found.resident >= found.size) return "warm";
        }
        return "uncontrolled";
      }
      for (const path of files) pageCache.evict(path);
      return pageCache.residentBytes(files)?.resident === 0 ? "cold" : "uncontrolled";
    },
  };
}

function readWhole(files: readonly string[]): void {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  for (const path of files) {
    const file = openSync(path, "r");
    try {
      while (readSync(file, buffer, 0, BUFFER_BYTES, null) > 0);
    } finally {
      closeSync(file);
    }
  }
}

/** Dirty pages stay, so they are written out first; then dd advises the kernel to drop the file's pages. */
export function evict(path: string): void {
  spawnSync("sync", [path], { stdio: "ignore" });
  spawnSync("dd", [`if=${path}`, "iflag=nocache", "count=0"], { stdio: "ignore" });
}

/**
 * Bytes of the files in the page cache (whole pages) and their sizes.
 * @returns null when fincore is missing or fails
 */
export function residentBytes(
  files: readonly string[],
): { readonly resident: number; readonly size: number } | null {
  if (files.length === 0) return { resident: 0, size: 0 };
  const { status, stdout } = spawnSync("fincore", ["-b", "-n", "-r", "-o", "RES,SIZE", ...files], {
    encoding: "utf8",
  });
  if (status !== 0) return null;
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  return {
    resident: rows.reduce((sum, [resident]) => sum + resident!, 0),
    size: rows.reduce((sum, [, size]) => sum + size!, 0),
  };
}

/** By `dd`, `sync` and `fincore`; where these are missing nothing can be evicted. */
export const systemCache: CacheControl = createCache({ evict, residentBytes });
