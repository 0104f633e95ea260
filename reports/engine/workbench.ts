import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { childEnvironment, executeProcess } from "../../src/bench/process";

/** Where the programs and the data of the bench stand; everything is made on first use and kept. */
export interface Workbench {
  /** Root of the package. */
  readonly root: string;
  /** Folder of the stacks, crops and outputs. */
  readonly build: string;
  /** Folder of the compiled C program and of the Python packages: not in the data's, where tsc looks for sources. */
  readonly tools: string;
  /** The pila command. */
  readonly pila: readonly string[];
  /** Pixels along each side of every image. */
  readonly size: number;
  readonly signal: AbortSignal;
  /** Says what is being done. */
  readonly log: (text: string) => void;
}

export const LOOKS = 4;
export const WORKERS = 2;

/** Folder of the first `dates` images of the simulated stack, as `pila link` leaves it. */
export function flatFolder(bench: Workbench, dates: number): string {
  return join(bench.build, `slc-${bench.size}-${dates}`);
}

/** Folder of the crops of the first `dates` images. */
export function cropFolder(bench: Workbench, dates: number): string {
  return join(bench.build, `intens-${bench.size}-${dates}`);
}

/** The raw files behind the images of a linked folder, in order of date. */
export function slcFiles(bench: Workbench, dates: number): readonly string[] {
  const folder = flatFolder(bench, dates);
  return vrtNames(folder).map((name) => realpathSync(join(folder, name)).replace(/\.vrt$/, ""));
}

/** The crops of a folder, in order of date. */
export function cropPaths(bench: Workbench, dates: number): readonly string[] {
  const folder = cropFolder(bench, dates);
  return readdirSync(folder)
    .filter((name) => name.endsWith("_int_crop.tif"))
    .sort()
    .map((name) => join(folder, name));
}

/** Simulates a stack of at least as many dates unless one is there, and links the first of them into one folder each. */
export async function makeStacks(bench: Workbench, wanted: readonly number[]): Promise<void> {
  const { root, build, size, signal } = bench;
  const most = Math.max(...wanted);
  mkdirSync(build, { recursive: true });
  const trees = readdirSync(build)
    .map((name) => ({ name, dates: Number(new RegExp(`^tree-${size}-(\\d+)$`).exec(name)?.[1] ?? 0) }))
    .filter(({ name, dates }) => dates >= most && existsSync(join(build, name, "truth.json")))
    .sort((a, b) => a.dates - b.dates);
  const tree = join(build, trees[0]?.name ?? `tree-${size}-${most}`);
  if (trees[0] === undefined) {
    bench.log(`simulating ${most} dates of ${size} x ${size}`);
    const extent = ["--dates", String(most), "--size", `${size}x${size}`, "--seed", "1"];
    await runProcess([...bench.pila, "simulate", tree, ...extent], root, signal);
  }
  const all = `${tree}-linked`;
  await runProcess([...bench.pila, "link", tree, all], root, signal);
  const names = vrtNames(all);
  for (const dates of wanted) {
    const folder = flatFolder(bench, dates);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const name of names.slice(0, dates)) symlinkSync(realpathSync(join(all, name)), join(folder, name));
  }
}

/** Makes the crops of a stack anew: the pila of this moment is the one that is measured. */
export async function makeCrops(bench: Workbench, dates: number): Promise<void> {
  const folder = cropFolder(bench, dates);
  rmSync(folder, { recursive: true, force: true });
  const options = ["--looks", String(LOOKS), "--workers", String(WORKERS)];
  await runProcess(
    [...bench.pila, "prep", flatFolder(bench, dates), folder, ...options],
    bench.root,
    bench.signal,
  );
}

/** Compiles the C program by its own Makefile, outside the source tree. @returns its path */
export async function compileC(bench: Workbench): Promise<string> {
  const source = join(bench.root, "test/reference/c");
  mkdirSync(bench.tools, { recursive: true });
  const command = [
    "make",
    "-s",
    "-C",
    bench.tools,
    "-f",
    join(source, "Makefile"),
    `VPATH=${source}`,
    "fused",
  ];
  await runProcess(command, bench.root, bench.signal);
  return join(bench.tools, "fused");
}

/** An environment with the packages of the Python programs, made again when their list changes. @returns its python */
export async function installPython(bench: Workbench): Promise<string> {
  const requirements = join(bench.root, "test/reference/python/requirements.txt");
  const folder = join(bench.tools, "python");
  const python = join(folder, "bin/python");
  const stamp = join(folder, "installed");
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return python;
  bench.log("installing the Python programs' packages");
  rmSync(folder, { recursive: true, force: true });
  await runProcess(["python3", "-m", "venv", folder], bench.root, bench.signal);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
  await runProcess([python, ...install], bench.root, bench.signal);
  writeFileSync(stamp, hash);
  return python;
}

function vrtNames(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".slc.vrt"))
    .sort();
}

/** Long enough for a whole environment of Python packages. */
const TIMEOUT_SECONDS = 1800;

/**
 * What every process gets: no certificates to read, one BLAS thread, and what Open MPI wants from root and from more
 * ranks than cores. The same shared-memory transport is asked for on both sides: picking one costs it 0.2 s.
 */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  ...childEnvironment(),
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_rmaps_base_oversubscribe: "1",
  OMPI_MCA_pml: "ob1",
};

/** Why a process did not end well. */
export class ProcessError extends Error {
  override readonly name = "ProcessError";
}

export interface Finished {
  readonly seconds: number;
  readonly stdout: string;
}

/**
 * Runs one process to its end.
 * @returns seconds from before it was started until its exit was seen
 * @throws ProcessError it could not be started, failed, or left processes behind
 */
export async function runProcess(
  command: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<Finished> {
  const done = await executeProcess(
    { command, folder, environment: ENVIRONMENT, timeoutSeconds: TIMEOUT_SECONDS, watchMemory: false },
    signal,
  );
  if (done.spawnError === null && done.exitCode === 0 && done.leftBehind === 0) {
    return { seconds: done.wallSeconds, stdout: done.stdout };
  }
  const how = done.spawnError ?? (done.exitCode === null ? done.signal : `exit ${done.exitCode}`);
  throw new ProcessError(`${command.slice(0, 3).join(" ")} …: ${how}; ${done.stderr.trim().slice(-400)}`);
}
