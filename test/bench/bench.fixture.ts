import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { DataDescription } from "../../src/bench/data";
import type { BenchConnections, BenchOptions } from "../../src/bench/plan";
import type { Clock, Executed, Execution, Executor } from "../../src/bench/protocol";
import type { Raster } from "../../src/core/raster";
import { envOf } from "../records/records.fixture";

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
  readonly before?: () => void;
}

/** Plays pila on planes kept as JSON: mean is the sum of the inputs' pixels, std twice that, count the dates. */
export class FakeExecutor implements Executor {
  /** Words after `pila`, one entry a run, in their order; the preparation's too. */
  readonly calls: string[] = [];
  readonly executions: Execution[] = [];
  /** Runs at one moment; never above 1. */
  running = 0;

  constructor(
    readonly clock: FakeClock,
    readonly behave: (words: readonly string[], call: number) => Behaviour = () => ({}),
  ) {}

  async execute(execution: Execution, signal?: AbortSignal): Promise<Executed> {
    signal?.throwIfAborted();
    if (this.running++ > 0) throw new Error("two runs at once");
    const words = execution.command.slice(1);
    this.calls.push(words.slice(0, 2).join(" "));
    this.executions.push(execution);
    const behaviour = this.behave(words, this.calls.length);
    behaviour.before?.();
    await Promise.resolve();
    this.running--;
    signal?.throwIfAborted();
    const startSeconds = this.clock.seconds;
    const wallSeconds = behaviour.seconds ?? 1;
    this.clock.seconds += wallSeconds;
    const exitCode = behaviour.timedOut ? null : (behaviour.exitCode ?? 0);
    if (exitCode === 0) writeOutputs(words, startSeconds, behaviour.wrongPixels ?? false);
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

const plane = (values: readonly number[]): string =>
  JSON.stringify({ shape: { azimuth: 2, range: 2 }, values });

/** A folder of dates: `DATE.slc`, or `DATE_int_crop.tif` of 2 x 2 pixels. */
export function writeStack(folder: string, kind: "slc" | "intensity", dates: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  dates.forEach((date, index) => {
    const name = kind === "slc" ? `${date}.slc` : `${date}_int_crop.tif`;
    writeFileSync(join(folder, name), plane([index + 1, index + 2, index + 3, index + 4]));
  });
  return folder;
}

export function readFakePlane(path: string): Raster {
  const { shape, values } = JSON.parse(readFileSync(path, "utf8"));
  return { shape, values: Float32Array.from(values) };
}

export function describeFake(folder: string): DataDescription {
  const names = readdirSync(folder)
    .filter((name) => /\.slc$|_int_crop\.tif$/.test(name))
    .sort();
  const kind = names[0]!.endsWith(".slc") ? "slc" : "intensity";
  const parameters = join(folder, "pila-prep.json");
  const crop: string | null = existsSync(parameters)
    ? JSON.parse(readFileSync(parameters, "utf8")).crop
    : null;
  const [azimuth, range] = (crop ?? "2,2").split(",").map(Number) as [number, number];
  return {
    kind,
    dates: names.map((name) => ({
      name: name.replace(/(_int_crop\.tif|\.slc)$/, ""),
      path: join(folder, name),
      files: [realpathSync(join(folder, name))],
    })),
    shape: { azimuth, range },
    looks: kind === "slc" ? "1x1" : "4x4",
    crop,
    nodata: "zero",
  };
}

/** Options with a fake machine; nothing is started and no time passes but the executor's. */
export function fakeOptions(
  changes: Partial<BenchOptions> & Pick<BenchOptions, "data">,
  executor: FakeExecutor,
  connections: Partial<BenchConnections> = {},
): BenchOptions {
  const { machine, software, microbenchmarks } = envOf();
  const quiet = { loadAverage: 0, cpuPressure: 0, stealShare: 0, othersShare: 0 };
  return {
    commandLine: ["pila", "bench"],
    seed: 11,
    blocks: 6,
    connections: {
      describe: describeFake,
      readPlane: readFakePlane,
      precise: () => false,
      executor,
      clock: executor.clock,
      noise: { before: () => undefined, after: () => ({ noise: quiet, noisy: false }) },
      cache: { prepare: (_, wanted) => wanted },
      pila: ["pila"],
      environment: { OMP_NUM_THREADS: "1" },
      machine: { machine, software: { ...software, mpi: "mpiexec (Open MPI) 4.1.4" }, microbenchmarks },
      ...connections,
    },
    ...changes,
  };
}

function writeOutputs(words: readonly string[], startSeconds: number, wrongPixels: boolean): void {
  const option = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1]! : null);
  const trace = option("--trace");
  if (trace !== null) {
    const span = { worker: 0, item: "x", bytes: 0 };
    const lines = [
      { ...span, phase: "read", startSeconds: startSeconds + 0.25, endSeconds: startSeconds + 0.5 },
      { ...span, phase: "compute", startSeconds: startSeconds + 0.5, endSeconds: startSeconds + 0.75 },
    ];
    writeFileSync(trace, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
  const [command, first, second, third, fourth] = words as [string, string, string, string, string];
  if (command === "prep") {
    mkdirSync(second, { recursive: true });
    for (const name of slcNames(first)) {
      writeFileSync(join(second, name.replace(".slc", "_int_crop.tif")), readFileSync(join(first, name)));
    }
    writeFileSync(join(second, "pila-prep.json"), JSON.stringify({ crop: option("--crop") }));
    return;
  }
  const [input, mean, std] = command === "stats" ? [second, third, fourth] : [first, second, third];
  const planes = readdirSync(input)
    .filter((name) => /\.slc$|_int_crop\.tif$/.test(name))
    .map((name) => readFakePlane(join(input, name)).values);
  const sum = [0, 1, 2, 3].map((i) =>
    planes.reduce((total, values) => total + values[i]!, wrongPixels ? 0.5 : 0),
  );
  writeFileSync(mean, plane(sum));
  writeFileSync(std, plane(sum.map((value) => 2 * value)));
  const count = option("--count");
  if (count !== null) writeFileSync(count, plane([planes.length, planes.length, planes.length, 1]));
}

function slcNames(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => basename(name).endsWith(".slc"));
}
