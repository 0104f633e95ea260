import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchWorld } from "../../src/bench/machine";
import type { Clock, Executed, Execution } from "../../src/bench/process";
import type { BenchRun } from "../../src/bench/run";
import { type BenchOptions, type BenchResult, runBench } from "../../src/bench/session";
import type { Shape } from "../../src/core/raster";
import { readPlane } from "../../src/io/formats/intensity";
import { writeManifest } from "../../src/io/manifest";
import { productHeader } from "../../src/io/products";
import { writeSlc } from "../io/slcFile.fixture";
import { envOf } from "../records/records.fixture";

/** The dates of the stacks, of 2 x 2 pixels each. */
export const DATES = ["20200101", "20200113", "20200125", "20200206"];
const SHAPE = { azimuth: 2, range: 2 };

/** A clock that moves only when told to. */
export class FakeClock implements Clock {
  seconds = 1000;
  nowSeconds(): number {
    return this.seconds;
  }
  utc(): string {
    return new Date(Date.UTC(2026, 0, 1) + this.seconds * 1000).toISOString();
  }
}

/** What a fake run does other than well. */
export interface Behaviour {
  readonly seconds?: number;
  readonly exitCode?: number;
  readonly timedOut?: boolean;
  readonly wrongPixels?: boolean;
  readonly stdout?: string;
  /** What it writes instead of its spans. */
  readonly trace?: string;
  readonly before?: () => void;
}

/** What the fake run of some words does; runs are counted from 1. */
export type Behave = (words: readonly string[], call: number) => Behaviour;

/** Plays pila: mean is the sum of the inputs' pixels, std twice that, count the dates (of the fourth pixel 1). */
export class FakeExecutor {
  /** Words after `pila`, one entry a run, in their order; the preparation's too. */
  readonly calls: string[] = [];
  readonly executions: Execution[] = [];
  /** Runs at one moment; never above 1. */
  running = 0;

  constructor(
    readonly clock: FakeClock,
    readonly behave: Behave = () => ({}),
  ) {}

  async execute(execution: Execution, signal?: AbortSignal): Promise<Executed> {
    signal?.throwIfAborted();
    if (this.running++ > 0) throw new Error("two runs at once");
    const words = execution.command.slice(1);
    this.calls.push(words.slice(0, 2).join(" "));
    this.executions.push(execution);
    const behaviour = this.behave(words, this.calls.length);
    behaviour.before?.();
    const startSeconds = this.clock.seconds;
    const wallSeconds = behaviour.seconds ?? 1;
    this.clock.seconds += wallSeconds;
    const exitCode = behaviour.timedOut ? null : (behaviour.exitCode ?? 0);
    if (exitCode === 0 && !signal?.aborted) await writeOutputs(words, startSeconds, behaviour);
    this.running--;
    signal?.throwIfAborted();
    return {
      exitCode,
      signal: behaviour.timedOut ? "SIGTERM" : null,
      timedOut: behaviour.timedOut ?? false,
      spawnError: null,
      leftBehind: 0,
      startSeconds,
      wallSeconds,
      userSeconds: 0.5,
      systemSeconds: 0.25,
      peakRssBytes: execution.watchMemory ? 5000 : null,
      sumRssBytes: execution.watchMemory ? 9000 : null,
      stdout:
        behaviour.stdout ??
        JSON.stringify({ usage: { bytesRead: 10, bytesWritten: 20, ipcMessages: 3, ipcBytes: 40 } }),
      stderr: exitCode === 0 ? "" : "some lines\npila: BackendError: it broke",
    };
  }
}

/** A folder of dates, of SLC or of crops; pixels of the first date are 1, 2, 3 and 4, of the next one 2, 3, … */
export function writeStack(folder: string, kind: "slc" | "intensity", dates: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  dates.forEach((date, index) => {
    const values = [1, 2, 3, 4].map((value) => value + index);
    if (kind === "intensity") writePlane(join(folder, `${date}_int_crop.tif`), SHAPE, values);
    else writeSlc(folder, date, SHAPE, Float32Array.from(values.flatMap((value) => [value, 0])));
  });
  return folder;
}

function writePlane(path: string, shape: Shape, values: readonly number[]): void {
  writeFileSync(
    path,
    Buffer.concat([productHeader(shape).bytes, Buffer.from(Float32Array.from(values).buffer)]),
  );
}

/** A machine on which nothing is started and no time passes but the executor's. */
export function fakeWorld(executor: FakeExecutor): BenchWorld {
  const { machine, software, microbenchmarks } = envOf();
  const quiet = { loadAverage: 0, cpuPressure: 0, stealShare: 0, othersShare: 0 };
  return {
    clock: executor.clock,
    execute: (execution, signal) => executor.execute(execution, signal),
    prepareCache: (_, wanted) => wanted,
    watchNoise: () => ({ before: () => undefined, after: () => ({ noise: quiet, noisy: false }) }),
    pila: ["pila"],
    environment: { OMP_NUM_THREADS: "1" },
    machine: () => machine,
    software: () => ({ ...software, mpi: "mpiexec (Open MPI) 4.1.4" }),
    microbenchmarks: async () => microbenchmarks,
    unavailable: async () => null,
    precise: () => false,
  };
}

/** A finished session, its runs, and the executor that played them. */
export interface Made {
  readonly result: BenchResult;
  readonly executor: FakeExecutor;
  readonly runs: readonly BenchRun[];
}

/** Measures a stack written into the folder, in a fake world. */
export async function bench(
  folder: string,
  changes: Partial<BenchOptions> = {},
  behave: Behave = () => ({}),
  kind: "slc" | "intensity" = "intensity",
  world: Partial<BenchWorld> = {},
): Promise<Made> {
  const data = join(folder, "data");
  if (!existsSync(data)) writeStack(data, kind, DATES);
  const executor = new FakeExecutor(new FakeClock(), behave);
  const options = { commandLine: ["pila", "bench"], seed: 11, blocks: 6, data, out: join(folder, "run") };
  const result = await runBench({ ...options, ...changes }, { ...fakeWorld(executor), ...world });
  return { result, executor, runs: result.runs as readonly BenchRun[] };
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

/** A run of `stats` by this backend. */
export const isStats = (words: readonly string[], backend: string): boolean =>
  words[0] === "stats" && words[1] === backend;
/** The preparation's run of sec, which the gate compares with, also writes the counts. */
export const isReference = (words: readonly string[]): boolean => words.includes("--count");

async function writeOutputs(
  words: readonly string[],
  startSeconds: number,
  { wrongPixels, trace }: Behaviour,
): Promise<void> {
  const option = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1]! : null);
  const tracePath = option("--trace");
  if (tracePath !== null) {
    const span = { worker: 0, item: "x", bytes: 0 };
    const lines = [
      { ...span, phase: "read", startSeconds: startSeconds + 0.25, endSeconds: startSeconds + 0.5 },
      { ...span, phase: "compute", startSeconds: startSeconds + 0.5, endSeconds: startSeconds + 0.75 },
    ];
    writeFileSync(tracePath, trace ?? lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
  const [command, first, second, third, fourth] = words as [string, string, string, string, string];
  const crop = option("--crop") ?? "2,2,0,0";
  if (command === "prep") {
    prepare(first, second, crop);
    return;
  }
  const [input, mean, std] = command === "stats" ? [second, third, fourth] : [first, second, third];
  const planes =
    command === "fused" ? readSlc(input, crop).map(({ values }) => values) : await readCrops(input);
  const sum = planes[0]!.map((_, i) =>
    planes.reduce((total, values) => total + values[i]!, wrongPixels ? 0.5 : 0),
  );
  const shape = { azimuth: sum.length / 2, range: 2 };
  writePlane(mean, shape, sum);
  writePlane(
    std,
    shape,
    sum.map((value) => 2 * value),
  );
  const count = option("--count");
  if (count !== null)
    writePlane(
      count,
      shape,
      sum.map((_, i) => (i === 3 ? 1 : planes.length)),
    );
}

/** Rows and columns of a crop, whatever its offsets. */
function shapeOf(crop: string): Shape {
  const [azimuth, range] = crop.split(",").map(Number) as [number, number];
  return { azimuth, range };
}

/** The first pixels of every SLC of a folder, as many as the crop has; links are followed. */
function readSlc(folder: string, crop: string): readonly { date: string; values: readonly number[] }[] {
  const { azimuth, range } = shapeOf(crop);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".slc.vrt"))
    .map((name) => {
      const bytes = readFileSync(realpathSync(join(folder, name)).replace(/\.vrt$/, ""));
      const values = Array.from({ length: azimuth * range }, (_, i) => bytes.readFloatLE(8 * i));
      return { date: name.slice(0, 8), values };
    });
}

async function readCrops(folder: string): Promise<readonly (readonly number[])[]> {
  const names = readdirSync(folder).filter((name) => name.endsWith("_int_crop.tif"));
  return Promise.all(names.map(async (name) => [...(await readPlane(join(folder, name))).values]));
}

function prepare(slc: string, crops: string, crop: string): void {
  mkdirSync(crops, { recursive: true });
  for (const { date, values } of readSlc(slc, crop)) {
    writePlane(join(crops, `${date}_int_crop.tif`), shapeOf(crop), values);
  }
  writeManifest(crops, { schema: 1, crop, looks: "4x4", nodata: "zero", sources: [] });
}
