// What this process may use of the machine: cores, memory, and the limits that a shell sets.
import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { MemoryError } from "../core/errors";

/**
 * Whole cores that this process may use: those of its affinity, and no more than its control group and those above it
 * grant (a share of a core counts as one).
 * @param root of the file system that /proc and /sys are read from; a test brings its own
 */
export function usableCores(root = "/", affinity = availableParallelism()): number {
  const quota = Math.min(...groupFolders("cpu", root).map(coresGranted));
  return Math.max(1, Math.min(affinity, Math.ceil(quota)));
}

/**
 * Bytes of memory that this process may use: what its control group and those above it grant, at most what the machine
 * has.
 * @param root of the file system that /proc and /sys are read from; a test brings its own
 */
export function usableMemory(root = "/", installed = totalmem()): number {
  return Math.min(installed, ...groupFolders("memory", root).map(bytesGranted));
}

/**
 * The folders that tell the limits of this process in a controller, from its own group up to the root: of version 2, of
 * version 1, or of both. A container sees its own group as the root, wherever the host has it.
 */
function groupFolders(controller: "cpu" | "memory", root: string): readonly string[] {
  const mounts = readOrNull(join(root, "proc/self/mountinfo")) ?? "";
  return (readOrNull(join(root, "proc/self/cgroup")) ?? "").split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers !== "" && !controllers.split(",").includes(controller)) return [];
    return mounts.split("\n").flatMap((mount) => foldersBelow(mount, controllers, path, root));
  });
}

/** @param controllers of version 1; empty: of version 2 */
function foldersBelow(mount: string, controllers: string, path: string, root: string): readonly string[] {
  const fields = mount.split(" ");
  const separator = fields.indexOf("-");
  if (separator < 0) return [];
  const [top, point] = [fields[3]!, fields[4]!];
  const [type, , options = ""] = fields.slice(separator + 1);
  const isIt =
    controllers === ""
      ? type === "cgroup2"
      : type === "cgroup" && controllers.split(",").every((name) => options.split(",").includes(name));
  if (!isIt) return [];
  const inside = top !== "/" && (path === top || path.startsWith(`${top}/`)) ? path.slice(top.length) : path;
  const names = inside.split("/").filter((name) => name !== "" && name !== "..");
  return Array.from({ length: names.length + 1 }, (_, up) =>
    join(root, point, ...names.slice(0, names.length - up)),
  );
}

function coresGranted(folder: string): number {
  const [most, per] = (readOrNull(join(folder, "cpu.max")) ?? "").trim().split(" ");
  if (per !== undefined && most !== "max") return Number(most) / Number(per);
  const quota = Number(readOrNull(join(folder, "cpu.cfs_quota_us")) ?? -1);
  const period = Number(readOrNull(join(folder, "cpu.cfs_period_us")) ?? 0);
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

function bytesGranted(folder: string): number {
  const text = readOrNull(join(folder, "memory.max")) ?? readOrNull(join(folder, "memory.limit_in_bytes"));
  const bytes = Number(text === null || text.trim() === "max" ? Number.POSITIVE_INFINITY : text);
  return bytes > 0 ? bytes : Number.POSITIVE_INFINITY;
}

/**
 * A limit of this process (`ulimit`) by its name in /proc/self/limits, such as `open files`; infinite where there is
 * none.
 */
export function limitOf(name: string): number {
  const limits = readOrNull("/proc/self/limits") ?? "";
  return Number(new RegExp(`^Max ${name} +(\\d+)`, "m").exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
}

/** Address space that V8 reserves for a thread as it comes up; where that is refused the whole process is ended. */
const THREAD_BYTES = 512 << 20;
/** Address space without threads, and how many were asked for since. */
let alone: number | null = null;
let threads = 0;

/**
 * Makes sure that one more thread can come up: without room it ends the process without a word of ours.
 * @throws MemoryError the limit of the address space is too low
 */
export function requireThreadRoom(): void {
  const limit = limitOf("address space");
  if (limit === Number.POSITIVE_INFINITY) return;
  alone ??= 4096 * Number((readOrNull("/proc/self/statm") ?? "0").split(" ")[0]);
  threads += 1;
  const need = alone + threads * THREAD_BYTES;
  if (limit >= need) return;
  throw new MemoryError(
    `found a limit of ${Math.floor(limit / 2 ** 20)} MiB of address space (ulimit -v), expected about ${Math.ceil(need / 2 ** 20)} MiB for ${threads} thread${threads === 1 ? "" : "s"} beside the main one; take fewer workers or raise the limit`,
  );
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
