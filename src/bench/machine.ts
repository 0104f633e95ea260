import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, readSync, realpathSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { findBackend } from "../backends/registry";
import type { CacheState, EnvRecord, RunRecord } from "../core/records";
import { isPrecise } from "../evidence/summary";
import { usableCores, usableMemory } from "../parallel/limits";
import {
  type Clock,
  childEnvironment,
  type Executed,
  type Execution,
  executeProcess,
  packageRoot,
  pilaCommand,
  systemClock,
} from "./process";
import { createNoiseProbe, type NoiseProbe, prepareCache } from "./quiet";

/** The machine and the program that a session is measured with. */
export interface BenchWorld {
  readonly clock: Clock;
  /** Runs one process at a time, as `executeProcess` does. */
  execute(execution: Execution, signal: AbortSignal | undefined): Promise<Executed>;
  /** Brings files into a state of the page cache. @returns the state reached */
  prepareCache(files: readonly string[], wanted: "warm" | "cold"): CacheState;
  /** Begins to watch the machine. */
  watchNoise(): NoiseProbe;
  /** The command `pila`, before its words. */
  readonly pila: readonly string[];
  /** Of every measured process. */
  readonly environment: Readonly<Record<string, string>>;
  /** @param dataFolder an existing folder on the file system of the data */
  machine(dataFolder: string): EnvRecord["machine"];
  software(): EnvRecord["software"];
  /** @param files inputs of the bench, which are read */
  microbenchmarks(files: readonly string[]): Promise<EnvRecord["microbenchmarks"]>;
  /** Why a backend, `prep` or `fused` cannot run here; null when it can. */
  unavailable(id: string): Promise<string | null>;
  /** True when no further block is needed: every ratio's interval is narrow enough. Asked after each whole block. */
  precise(runs: readonly RunRecord[]): boolean;
}

/**
 * This machine and this package.
 * @param replaced parts that a test brings instead
 * @throws BackendError the pila command is not linked
 */
export function openWorld(replaced: Partial<BenchWorld> = {}): BenchWorld {
  const clock = replaced.clock ?? systemClock;
  const environment = replaced.environment ?? childEnvironment();
  return {
    clock,
    execute: (execution, signal) => executeProcess(execution, signal, clock),
    prepareCache,
    watchNoise: () => createNoiseProbe(clock),
    pila: replaced.pila ?? pilaCommand(),
    environment,
    machine: describeMachine,
    software: () => describeSoftware(packageRoot()),
    microbenchmarks: (files) => measureMachine(files, environment, clock),
    unavailable: async (id) => (id === "prep" || id === "fused" ? null : await findBackend(id).unavailable()),
    precise: (runs) => isPrecise(runs, { seed: 1, draws: 2000 }),
    ...replaced,
  };
}

/** The machine, without host or user name. @param dataPath an existing path on the file system of the data */
export function describeMachine(dataPath: string): EnvRecord["machine"] {
  const cpuModel = os.cpus()[0]?.model.trim() ?? "unknown";
  const identity = [readOrNull("/etc/machine-id")?.trim() ?? "", cpuModel, os.cpus().length].join("\0");
  return {
    cpuModel,
    cores: usableCores(),
    memoryBytes: usableMemory(),
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
function describeVirtualisation(): string | null {
  const found = ["--container", "--vm"]
    .map((kind) => ask("systemd-detect-virt", [kind])?.trim() ?? "")
    .filter((name) => name !== "" && name !== "none");
  if (found.length > 0) return found.join(" on ");
  if (!/^flags.*\bhypervisor\b/m.test(readOrNull("/proc/cpuinfo") ?? "")) return null;
  return readOrNull("/sys/class/dmi/id/product_name")?.trim() ?? "a virtual machine";
}

/** Versions of what takes part; null where it is not there or does not answer. @param root of the package */
export function describeSoftware(root: string): EnvRecord["software"] {
  const lockfile = readOrNull(join(root, "package-lock.json"));
  const isCheckout = existsSync(join(root, ".git"));
  const git = (...words: string[]) => (isCheckout ? ask("git", ["-C", root, ...words]) : null);
  const status = git("status", "--porcelain");
  return {
    pila: JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version,
    node: process.versions.node,
    v8: process.versions.v8,
    gdal: libgdalVersion(),
    mpi: firstLine(ask("mpiexec", ["--version"])),
    gitCommit: firstLine(git("rev-parse", "--verify", "--quiet", "HEAD")),
    gitDirty: status === null ? null : status !== "",
    lockfileSha256: lockfile === null ? null : createHash("sha256").update(lockfile).digest("hex"),
  };
}

/** Of the library that pila reads by. */
function libgdalVersion(): string | null {
  try {
    return (require("../io/gdal") as typeof import("../io/gdal")).gdalVersion();
  } catch {
    return null;
  }
}

/** What a program prints when it ends with 0; null otherwise. */
function ask(program: string, parameters: readonly string[]): string | null {
  const { status, stdout } = spawnSync(program, parameters, {
    encoding: "utf8",
    // Long enough for a program that prints its version, short enough not to hold a session up.
    timeout: 3000,
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

const READ_BYTES = 64 << 20;
/** Long reads copy fastest; short ones by turns keep the system's reading ahead busy in all files at once. */
const CHUNK_BYTES = { warm: 1 << 20, cold: 32 << 10 } as const;
/** Less than this is over before it can be timed. */
const LEAST_BYTES = 4 << 20;
/** Files read by turns, as a run reads its dates: the system reads ahead in all of them. */
const MOST_FILES = 16;
const WARM_TRIES = 3;
const PIPE_BYTES = 64 << 20;
const ROUND_TRIPS = 400;
const SPAWNS = 5;

/**
 * What the machine can do at best, each in some tens of milliseconds: the roofs a run is held against. A value
 * that cannot be had (no file, nothing can be evicted, a child that failed) is null.
 * @param files inputs of the bench, of which up to 64 MiB of the first 16 are read, never written
 */
export async function measureMachine(
  files: readonly string[],
  environment: Readonly<Record<string, string>>,
  clock: Clock,
): Promise<EnvRecord["microbenchmarks"]> {
  const read = files.slice(0, MOST_FILES);
  // Only of files of which it was checked that nothing was in the page cache.
  const cold = prepareCache(read, "cold") === "cold" ? readRate(read, clock, "cold") : null;
  const warm = Array.from({ length: 1 + WARM_TRIES }, () => readRate(read, clock, "warm")).slice(1);
  return {
    readWarmMegabytesPerSecond: warm.some((rate) => rate === null) ? null : Math.max(...(warm as number[])),
    readColdMegabytesPerSecond: cold,
    pipeMegabytesPerSecond: await measurePipe(environment, clock).catch(() => null),
    messageMicroseconds: await measureMessages(environment, clock).catch(() => null),
    spawnMilliseconds: await measureSpawn(environment, clock).catch(() => null),
  };
}

/**
 * Megabytes (1e6) a second, reading files by turns into one buffer.
 * @param state warm files are read again where they hold less than is to be read
 * @returns null where too little was read to be timed
 */
function readRate(paths: readonly string[], clock: Clock, state: "warm" | "cold"): number | null {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES[state]);
  const files = paths.map((path) => openSync(path, "r"));
  try {
    const start = clock.nowSeconds();
    let total = 0;
    let pass = 0;
    do {
      pass = readOnce(files, buffer, READ_BYTES - total);
      total += pass;
    } while (state === "warm" && pass > 0 && total < READ_BYTES);
    return total < LEAST_BYTES ? null : total / 1e6 / (clock.nowSeconds() - start);
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** Reads all files by turns from their beginnings, up to about `most` bytes in all. @returns the bytes read */
function readOnce(files: readonly number[], buffer: Buffer, most: number): number {
  let total = 0;
  let left = files;
  for (let position = 0; left.length > 0 && total < most; position += buffer.length) {
    const at = position;
    left = left.filter((file) => {
      const read = readSync(file, buffer, 0, buffer.length, at);
      total += read;
      return read === buffer.length;
    });
  }
  return total;
}

/** From the first to the last byte of a pipe a Node process fills. */
async function measurePipe(environment: Readonly<Record<string, string>>, clock: Clock): Promise<number> {
  const code = `const b=Buffer.alloc(1<<20);for(let i=0;i<${PIPE_BYTES >> 20};i++)for(let o=0;o<b.length;)try{o+=require("fs").writeSync(1,b,o)}catch(e){if(e.code!=="EAGAIN")throw e}`;
  const stdio = ["ignore", "pipe", "ignore"] as const;
  const child = spawn(process.execPath, ["-e", code], { env: environment, stdio: [...stdio] });
  let first: number | null = null;
  let last = 0;
  let total = 0;
  child.stdout!.on("data", (chunk: Buffer) => {
    last = clock.nowSeconds();
    if (first === null) first = last;
    else total += chunk.length;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => {
      if (status === 0 && first !== null && last > first) resolve(total / 1e6 / (last - first));
      else reject(new Error("the pipe was not filled"));
    });
  });
}

/** Half a round trip of a small message between two Node processes. */
async function measureMessages(environment: Readonly<Record<string, string>>, clock: Clock): Promise<number> {
  const echo = 'process.on("message", (message) => process.send(message))';
  const child = spawn(process.execPath, ["-e", echo], {
    env: environment,
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  try {
    await roundTrips(child, 20);
    const start = clock.nowSeconds();
    await roundTrips(child, ROUND_TRIPS);
    return ((clock.nowSeconds() - start) / (2 * ROUND_TRIPS)) * 1e6;
  } finally {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
    child.kill("SIGKILL");
    await ended;
  }
}

function roundTrips(child: ChildProcess, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = count;
    const settle = (done: () => void): void => {
      child.removeAllListeners();
      done();
    };
    child.on("message", () => {
      if (--left === 0) settle(resolve);
      else child.send(left);
    });
    child.once("error", (error) => settle(() => reject(error)));
    child.once("exit", () => settle(() => reject(new Error("the echo ended"))));
    child.send(left);
  });
}

/** Median over a few starts of an empty Node process, until its exit. */
async function measureSpawn(environment: Readonly<Record<string, string>>, clock: Clock): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < SPAWNS; i++) {
    const start = clock.nowSeconds();
    const child = spawn(process.execPath, ["-e", "0"], { env: environment, stdio: "ignore" });
    await new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve));
    seconds.push(clock.nowSeconds() - start);
  }
  return seconds.sort((a, b) => a - b)[SPAWNS >> 1]! * 1000;
}
