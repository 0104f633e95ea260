import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import type { EnvRecord } from "../core/records";

type Machine = EnvRecord["machine"];
type Software = EnvRecord["software"];

/** Long enough for a program that prints its version, short enough not to hold a session up. */
const QUESTION_MILLISECONDS = 3000;

/** Cores this process may use: affinity by availableParallelism, the share a control group grants on top. */
export function availableCores(): number {
  const quota = cpuQuota((path) => readOrNull(path));
  return Math.max(1, Math.min(os.availableParallelism(), Math.ceil(quota ?? Number.POSITIVE_INFINITY)));
}

/** Cores a control group (version 2 or 1) grants, a fraction too; null where it sets no limit. */
export function cpuQuota(read: (path: string) => string | null): number | null {
  const [unified, period] = (read("/sys/fs/cgroup/cpu.max") ?? "").trim().split(" ");
  if (unified !== undefined && period !== undefined)
    return unified === "max" ? null : Number(unified) / Number(period);
  const quota = Number(read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") ?? -1);
  const old = Number(read("/sys/fs/cgroup/cpu/cpu.cfs_period_us") ?? 0);
  return quota > 0 && old > 0 ? quota / old : null;
}

/** The machine, without host or user name. @param dataPath an existing path on the file system of the data */
export function describeMachine(dataPath: string): Machine {
  const cpuModel = os.cpus()[0]?.model.trim() ?? "unknown";
  const identity = [readOrNull("/etc/machine-id")?.trim() ?? "", cpuModel, os.cpus().length].join("\0");
  return {
    cpuModel,
    cores: availableCores(),
    memoryBytes: os.totalmem(),
    kernel: `${os.type()} ${os.release()} ${os.arch()}`,
    filesystem: filesystemOf(realpathSync(dataPath), readOrNull("/proc/self/mounts") ?? ""),
    virtualisation: describeVirtualisation(),
    machineId: createHash("sha256").update(identity).digest("hex"),
  };
}

/** Type of the file system whose mount point is the longest that leads to the path; null when none is listed. */
export function filesystemOf(path: string, mounts: string): string | null {
  let best: { readonly point: string; readonly type: string } | null = null;
  for (const line of mounts.split("\n")) {
    const [, point, type] = line.split(" ");
    if (point === undefined || type === undefined) continue;
    // Blanks in mount points are written as octal escapes.
    const folder = point.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    const leads = folder === "/" || path === folder || path.startsWith(`${folder}/`);
    // Of two mounts on one point the later one is seen.
    if (leads && folder.length >= (best?.point.length ?? 0)) best = { point: folder, type };
  }
  return best?.type ?? null;
}

/** `kvm`, `docker on kvm`, …; null on bare metal or where nothing tells. */
export function describeVirtualisation(): string | null {
  const ask = (kind: string): string | null => {
    const { stdout, error } = spawnSync("systemd-detect-virt", [kind], {
      encoding: "utf8",
      timeout: QUESTION_MILLISECONDS,
    });
    const answer = error === undefined ? stdout.trim() : "";
    return answer === "" || answer === "none" ? null : answer;
  };
  const found = [ask("--container"), ask("--vm")].filter((name) => name !== null);
  if (found.length > 0) return found.join(" on ");
  if (!/^flags.*\bhypervisor\b/m.test(readOrNull("/proc/cpuinfo") ?? "")) return null;
  return readOrNull("/sys/class/dmi/id/product_name")?.trim() ?? "a virtual machine";
}

/** Versions of what takes part; null where it is not there or does not answer. @param root of the package */
export function describeSoftware(root: string): Software {
  const lockfile = readOrNull(join(root, "package-lock.json"));
  const isCheckout = existsSync(join(root, ".git"));
  const status = isCheckout ? ask("git", ["-C", root, "status", "--porcelain"]) : null;
  return {
    pila: JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version,
    node: process.versions.node,
    v8: process.versions.v8,
    gdal: firstLine(ask("gdalinfo", ["--version"])),
    mpi: mpiVersion(),
    gitCommit: isCheckout
      ? firstLine(ask("git", ["-C", root, "rev-parse", "--verify", "--quiet", "HEAD"]))
      : null,
    gitDirty: status === null ? null : status !== "",
    lockfileSha256: lockfile === null ? null : createHash("sha256").update(lockfile).digest("hex"),
  };
}

/** First line of `mpiexec --version`; null when there is no mpiexec. */
export function mpiVersion(): string | null {
  return firstLine(ask("mpiexec", ["--version"]));
}

/** What a program prints when it ends with 0; null otherwise. */
function ask(program: string, parameters: readonly string[]): string | null {
  const { status, stdout } = spawnSync(program, parameters, {
    encoding: "utf8",
    timeout: QUESTION_MILLISECONDS,
    env: { ...process.env, GIT_OPTIONAL_LOCKS: "0" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? stdout : null;
}

function firstLine(text: string | null): string | null {
  const line = text?.split("\n").find((candidate) => candidate.trim() !== "");
  return line?.trim() ?? null;
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
