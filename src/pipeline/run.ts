import type { Finding } from "../core/findings";
import { PIXEL_BYTES, pixelCount, type Shape } from "../core/raster";
import { placeTogether } from "../io/outputFile";
import { Product, type ProductTarget } from "../io/products";
import { filesToHold } from "../io/rows";
import { usableCores } from "../parallel/limits";
import type { Meter } from "../parallel/meter";
import type { StackRows } from "./stackRows";

/** What every run is asked, beside what it works on. */
export interface RunRequest {
  /** null: what the cost model judges best. */
  readonly workers: number | null;
  readonly meter: Meter;
  readonly signal?: AbortSignal;
  readonly onProgress?: ShowProgress;
}

/** A run as programs and notebooks ask for it: the meter may be left out. */
export type OpenRequest = Omit<RunRequest, "meter"> & Partial<Pick<RunRequest, "meter">>;

/** Hears now and then how far a work is. */
export type ShowProgress = (done: number, total: number) => void;

/** What a run did. What its workers counted and recorded is in the request's meter. */
export interface RunReport {
  readonly workers: number;
  readonly dates: readonly string[];
  readonly shape: Shape;
  readonly prediction: WorkPrediction;
  /** What was found of the images that is worth knowing. */
  readonly findings: readonly Finding[];
}

/** How workers come to exist; each costs its own start. */
type WorkerKind = "thread" | "process" | "rank";

/** How the workers of a run come up and are taken down. */
export interface WorkerStarter<Team> {
  readonly kind: WorkerKind;
  /** Starts them before the work is known; they load meanwhile. */
  start(workers: number): Team;
  /** Ends them whatever they do. */
  end(team: Team): Promise<void>;
}

/** The rows that a run works on, and the paths of its products. */
export interface Opened {
  readonly rows: StackRows;
  readonly outputs: readonly string[];
  /** How the flushed products are put in place; left out: together. */
  readonly place?: (products: readonly Product[]) => Promise<void>;
}

/** What is to be filled, from where and by whom. */
export interface Work<Team> extends Opened {
  readonly team: Team;
  readonly workers: number;
  readonly targets: readonly ProductTarget[];
  /** To be told as rows are written. */
  readonly onProgress: ShowProgress;
}

/**
 * A run: starts its workers, opens the stack, lets `fill` fill the products and puts them in place.
 * Workers whose number is given start before the stack is opened, the others when the cost model has chosen.
 * @returns what was done, and what `open` gave
 * @throws what opening, a worker or `fill` threw; the workers are ended then and no product is left
 */
export async function runWithWorkers<Team, Source extends Opened>(
  { workers: asked, meter, onProgress }: RunRequest,
  { kind, start, end }: WorkerStarter<Team>,
  open: () => Promise<Source>,
  fill: (work: Work<Team>) => Promise<void>,
): Promise<{ readonly report: RunReport; readonly opened: Source }> {
  let started = asked === null ? null : { team: start(asked) };
  try {
    const opening = meter.start();
    const opened = await open();
    const { rows, outputs } = opened;
    meter.end("init", "stack", opening);
    const prediction = predictWork(rows, kind, asked);
    const { workers } = prediction;
    started ??= { team: start(workers) };
    const { team } = started;
    await withProducts(
      outputs,
      rows.window,
      meter,
      onProgress,
      (targets, onProgress) => fill({ rows, outputs, team, workers, targets, onProgress }),
      opened.place,
    );
    return { report: reportRun(rows, workers, prediction), opened };
  } catch (error) {
    if (started !== null) await end(started.team);
    throw error;
  }
}

/** What a run on some rows says of itself. */
export function reportRun(
  { window: { azimuth, range }, dates, findings }: StackRows,
  workers: number,
  prediction: WorkPrediction,
): RunReport {
  return { workers, dates, shape: { azimuth, range }, prediction, findings };
}

/** Products may hold half of the descriptors. */
const PRODUCTS_AND_INPUTS = 2;

/**
 * Runs a piece of work that fills products; they are put in place together when it succeeds and vanish when it fails.
 * Whenever the work tells its progress, what is written so far begins its way to the disk.
 */
export async function withProducts<T>(
  paths: readonly string[],
  shape: Shape,
  meter: Meter,
  onProgress: ShowProgress | undefined,
  fill: (targets: readonly ProductTarget[], onProgress: ShowProgress) => Promise<T>,
  place: (products: readonly Product[]) => Promise<void> = placeTogether,
): Promise<T> {
  const products: Product[] = [];
  try {
    let start = meter.start();
    const held = filesToHold(PRODUCTS_AND_INPUTS);
    for (const path of paths) {
      const product = new Product(path, shape);
      products.push(product);
      if (paths.length > held) product.release();
    }
    meter.end("write", "headers", start);
    const targets = products.map((product) => product.target);
    const result = await fill(targets, (done, total) => {
      for (const product of products) product.writeBack();
      onProgress?.(done, total);
    });
    start = meter.start();
    // All are on the disk before any takes its place.
    for (let i = 0; i < products.length; i += held) {
      await Promise.all(products.slice(i, i + held).map((product) => product.flush()));
    }
    await place(products);
    meter.end("write", "commit", start);
    return result;
  } catch (error) {
    for (const product of products) product.discard();
    throw error;
  }
}

/**
 * Seconds, measured on two cores of a 2.6 GHz AMD EPYC with a warm page cache; the choice between one and several workers
 * only needs them to be right within a factor of two.
 */
const COST = {
  readSecondsPerByte: 0.11 / 2 ** 30,
  /** By GDAL: deflate takes 2.5 to 4, zstd 1.7, LZW 10, tiles that are not compressed 0.5. */
  decodeSecondsPerByte: 4 / 2 ** 30,
  looksSecondsPerByte: 0.04 / 2 ** 30,
  momentsSecondsPerCell: 3e-9,
  startSeconds: { thread: 0.02, process: 0.06, rank: 0.35 },
} as const;

/** What a reduction is predicted to cost. */
interface WorkPrediction {
  /** Seconds of one worker, and of `workers`, starting them included. */
  readonly secondsAlone: number;
  readonly seconds: number;
  readonly workers: number;
}

/**
 * Predicts the work on the rows of a stack and, where `workers` is left open, chooses their number: as many as cores are
 * available (cgroup and affinity aware) when that is quicker than one worker in spite of starting them, else one.
 */
export function predictWork(rows: StackRows, kind: WorkerKind, workers: number | null): WorkPrediction {
  const { sources, window, looks } = rows;
  const pixels = pixelCount(window) * (looks === null ? 1 : pixelCount(looks));
  const bytesOf = (some: StackRows["sources"]): number =>
    some.reduce((sum, { kind }) => sum + pixels * PIXEL_BYTES[kind], 0);
  const bytes = bytesOf(sources);
  const decoding = bytesOf(sources.filter(({ by }) => by === "gdal")) * COST.decodeSecondsPerByte;
  const looking = looks === null ? 0 : bytes * COST.looksSecondsPerByte;
  const reducing = pixelCount(window) * sources.length * COST.momentsSecondsPerCell;
  const secondsAlone = bytes * COST.readSecondsPerByte + decoding + looking + reducing;
  const cores = usableCores();
  const cost = (count: number): number =>
    count === 1 && kind === "thread"
      ? secondsAlone
      : secondsAlone / Math.min(count, cores) + COST.startSeconds[kind];
  const chosen = workers ?? (cost(cores) < cost(1) ? cores : 1);
  return { secondsAlone, seconds: cost(chosen), workers: chosen };
}
