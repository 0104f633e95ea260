import { closeSync, openSync } from "node:fs";
import { hostname } from "node:os";
import { FileError } from "../core/errors";
import type { Window } from "../core/raster";
import type { PrepManifest } from "../io/manifest";
import type { ProductTarget } from "../io/products";
import { filesToHold } from "../io/rows";
import { Meter, type MeterReport, processStartSeconds } from "../parallel/meter";
import { joinMpi, type MpiWorld } from "../parallel/mpi/world";
import type { FusedWork } from "../pipeline/fused";
import { momentTargets, planPreparation, planReduction } from "../pipeline/moments";
import type { Split } from "../pipeline/plan";
import type { PrepareReport, PrepareWork } from "../pipeline/prepare";
import { type Opened, predictWork, type RunReport, reportRun, withProducts } from "../pipeline/run";
import type { StackRows } from "../pipeline/stackRows";
import { BlockStates, StateMerger, stateBlocks } from "../pipeline/states";
import { rowTeam, runRowTask } from "../pipeline/team";
import { datesOfWorker, outputPaths, type StatsRequest } from "./backend";

/** What ranks can be asked to do: the second step, both in one pass, or the first. Plain data. */
export type MpiWork =
  | ({ readonly kind: "stats" } & Pick<StatsRequest, "intensityFolder" | "mean" | "std" | "count" | "choice">)
  | ({ readonly kind: "fused" } & FusedWork)
  | ({ readonly kind: "prep" } & PrepareWork);

/** The work of all ranks. Plain data. */
export interface MpiJob {
  readonly work: MpiWork;
  readonly split: Split;
  /** Threads of each rank that share its rows. */
  readonly threads: number;
  readonly tracing: boolean;
}

/** A run by ranks; of a preparation, its crop and its files too. */
export type RankReport = RunReport & Partial<Pick<PrepareReport, "crop" | "files">>;

/** What rank 0 knows at the end. */
export interface MpiResult {
  readonly report: RankReport;
  readonly meter: MeterReport;
}

type OpenedWork = Opened & { readonly manifest?: PrepManifest; readonly keep?: () => () => void };

/** Opens what a work is done on. @throws FormatError, ShapeError, UsageError as the command that does it alone */
export async function openWork(work: MpiWork): Promise<OpenedWork> {
  // Each loaded here: a rank does one of them.
  if (work.kind === "fused") {
    return (require("../pipeline/fused") as typeof import("../pipeline/fused")).openFused(work);
  }
  if (work.kind === "prep") {
    return (require("../pipeline/prepare") as typeof import("../pipeline/prepare")).openPreparation(work);
  }
  const { openIntensityRows } = require("../pipeline/stackRows") as typeof import("../pipeline/stackRows");
  const outputs = outputPaths(work);
  return { rows: await openIntensityRows(work.intensityFolder, outputs, work.choice), outputs };
}

const TAG = { states: 1, report: 2, targets: 3 } as const;
/** Longest text one rank sends another: its counts and spans. */
const TEXT_BYTES = 64 << 20;

/**
 * Does the part of this rank; every rank must call it with the same job. Rank 0 makes the products.
 * An error ends the whole job.
 * @param tell called on rank 0 alone, before the job ends: afterwards the launcher may not hear it any more
 */
export async function runRank(job: MpiJob, tell: (result: MpiResult) => void): Promise<void> {
  const started = processStartSeconds();
  const world = joinMpi();
  const meter = new Meter(0, job.tracing);
  meter.end("init", "MPI", started);
  try {
    const start = meter.start();
    const opened = await openWork(job.work);
    const { rows, outputs, manifest } = opened;
    meter.end("init", "stack", start);
    if (world.rank !== 0) {
      await doPart(world, job, rows, null, meter);
      world.send(Buffer.from(JSON.stringify(reportOf(meter, world, job))), 0, TAG.report);
      world.finalize();
      return;
    }
    const giveBack = opened.keep?.();
    const fill = async (targets: readonly ProductTarget[]): Promise<readonly MeterReport[]> => {
      await doPart(world, job, rows, targets, meter);
      const receiving = meter.since();
      const received = Array.from({ length: world.size - 1 }, (_, i) =>
        receiveJson<MeterReport>(world, i + 1, TAG.report),
      );
      meter.end("receive", "reports", receiving);
      return received;
    };
    const reports = await withProducts(outputs, rows.window, meter, undefined, fill, opened.place);
    giveBack?.();
    const workers = world.size * job.threads;
    const report = reportRun(rows, workers, predictWork(rows, "rank", workers));
    const made = manifest === undefined ? {} : { crop: manifest.crop, files: outputs };
    const all = new Meter(0, job.tracing);
    for (const each of [reportOf(meter, world, job), ...reports]) all.absorb(each);
    tell({ report: { ...report, ...made }, meter: all.report() });
    world.finalize();
  } catch (error) {
    world.fail(error);
  }
}

/** What a rank and its threads counted. Workers are numbered through all ranks; the launcher is worker 0. */
function reportOf(meter: Meter, { rank }: MpiWorld, { threads }: MpiJob): MeterReport {
  const { usage, spans } = meter.report();
  const first = 1 + rank * threads;
  return { usage, spans: spans.map((span) => ({ ...span, worker: first + span.worker })) };
}

/** The part of a rank. @param own the products, on rank 0, which made them */
async function doPart(
  world: MpiWorld,
  job: MpiJob,
  rows: StackRows,
  own: readonly ProductTarget[] | null,
  meter: Meter,
): Promise<void> {
  const isReduction = job.work.kind !== "prep";
  if (isReduction && job.split === "dates") reduceDates(world, rows, own, meter);
  else await fillPart(world, job, rows, own, meter);
}

/** Every rank reads its own dates; partial states go to rank 0 block by block. */
function reduceDates(
  world: MpiWorld,
  rows: StackRows,
  own: readonly ProductTarget[] | null,
  meter: Meter,
): void {
  const blocks = stateBlocks(rows);
  const dates = datesOfWorker(rows, world.rank, world.size);
  const states = new BlockStates(blocks, meter);
  const merger = own === null ? null : new StateMerger(blocks, momentTargets(own), meter);
  for (let block = 0; block < blocks.count; block++) {
    const mine = states.compute(block, dates);
    if (merger === null) {
      const start = meter.start();
      world.send(mine, 0, TAG.states);
      meter.countMessage(mine.length);
      meter.end("send", `block ${block}`, start, mine.length);
      continue;
    }
    merger.begin(mine);
    for (let rank = 1; rank < world.size; rank++) {
      const start = meter.start();
      const bytes = world.receive(merger.incoming(block), rank, TAG.states);
      meter.end("receive", `block ${block} of rank ${rank}`, start, bytes);
      merger.merge(block);
    }
    merger.finish(block);
  }
  states.close();
  merger?.close();
}

/** Every rank works on its part alone and writes it in place; only a barrier joins them. */
async function fillPart(
  world: MpiWorld,
  { work, split, threads }: MpiJob,
  rows: StackRows,
  own: readonly ProductTarget[] | null,
  meter: Meter,
): Promise<void> {
  const { start: startTeam, end: endTeam } = rowTeam(meter);
  const team = startTeam(threads);
  const exchanging = meter.start();
  const targets = own ?? receiveJson<readonly ProductTarget[]>(world, 0, TAG.targets);
  if (own !== null) sendTargets(world, own);
  meter.end(own === null ? "receive" : "send", "targets", exchanging);
  const part = split === "rows" ? bandOfRank(rows, targets, world) : datesOfRank(rows, targets, world);
  if (part === null) await endTeam(team);
  else {
    const filled = own === null ? openProducts(part.targets) : part.targets;
    const task =
      work.kind === "prep"
        ? planPreparation(part.rows, filled)
        : planReduction(part.rows, momentTargets(filled), threads);
    await runRowTask(task, team, meter);
    if (own === null) closeProducts(filled);
  }
  const start = meter.start();
  world.barrier();
  meter.end("wait", "barrier", start);
}

/** Rows of some dates, and the products that they fill. */
interface Part {
  readonly rows: StackRows;
  readonly targets: readonly ProductTarget[];
}

/**
 * The band of rows of a rank as a stack of its own, whose products begin at its first row. Bands are as equal as blocks
 * allow: what GDAL decodes together is not parted.
 * @returns null where there are more ranks than blocks, and this one gets none
 */
function bandOfRank(
  rows: StackRows,
  targets: readonly ProductTarget[],
  { rank, size }: MpiWorld,
): Part | null {
  const { window } = rows;
  const { height } = planReduction(rows, momentTargets(targets), size).blocks;
  const bands = Math.ceil(window.azimuth / height);
  const rowOf = (rank: number): number =>
    Math.min(window.azimuth, height * Math.floor((bands * rank) / size));
  const [from, to] = [rowOf(rank), rowOf(rank + 1)];
  if (from === to) return null;
  const band: Window = { ...window, azimuth: to - from, azimuthOffset: window.azimuthOffset + from };
  const shifted = targets.map((target) => ({
    ...target,
    dataOffset: target.dataOffset + from * target.rowBytes,
  }));
  return { rows: { ...rows, window: band }, targets: shifted };
}

/** The dates of a rank as a stack of its own, with a product each. @returns null where it gets none */
function datesOfRank(
  rows: StackRows,
  targets: readonly ProductTarget[],
  { rank, size }: MpiWorld,
): Part | null {
  const mine = datesOfWorker(rows, rank, size);
  if (mine.length === 0) return null;
  const pick = <T>(all: readonly T[]): T[] => mine.map((date) => all[date]!);
  return {
    rows: { ...rows, sources: pick(rows.sources), dates: pick(rows.dates) },
    targets: pick(targets),
  };
}

/** Descriptors mean nothing to another process: it gets the products by their paths. */
function sendTargets(world: MpiWorld, own: readonly ProductTarget[]): void {
  const text = Buffer.from(JSON.stringify(own.map((target): ProductTarget => ({ ...target, file: null }))));
  for (let rank = 1; rank < world.size; rank++) world.send(text, rank, TAG.targets);
}

/** Products may hold half of the descriptors; of more, each is opened for every write. */
const PRODUCTS_AND_INPUTS = 2;

/** Opens products that rank 0 made, as far as descriptors allow. @throws FileError this host does not see them */
function openProducts(targets: readonly ProductTarget[]): readonly ProductTarget[] {
  const held = filesToHold(PRODUCTS_AND_INPUTS);
  return targets.map((target, i) => (i < held ? { ...target, file: openProduct(target) } : target));
}

function openProduct({ path, product }: ProductTarget): number {
  try {
    return openSync(path, "r+");
  } catch (cause) {
    throw new FileError(
      `${product}: found that ${hostname()} cannot write it (${(cause as Error).message}), expected the folder of the outputs on every host of the job; put them on a file system that all hosts share`,
      { path: product, cause },
    );
  }
}

/** A network file system has the rows once they are closed: before rank 0 puts the products in place. */
function closeProducts(targets: readonly ProductTarget[]): void {
  for (const { file } of targets) if (file !== null) closeSync(file);
}

function receiveJson<T>(world: MpiWorld, rank: number, tag: number): T {
  const room = Buffer.allocUnsafe(TEXT_BYTES);
  return JSON.parse(room.toString("utf8", 0, world.receive(room, rank, tag))) as T;
}
