import { PilaError, UsageError } from "../core/errors";
import { formatShape } from "../core/raster";
import type { EnvRecord } from "../core/records";
import { type CostModel, fitCostModel } from "../evidence/costModel";
import type { Estimate } from "../evidence/summary";
import { type JobPlan, planJob, type StackPlan } from "../pipeline/plan";
import { lastRun, readSession } from "../records/runFolder";
import { alignColumns } from "../report/alignColumns";
import {
  type Arguments,
  type Command,
  type Context,
  parseGiven,
  parseIntensityParameters,
  parseWhole,
  SHARED_OPTIONS,
  wrapWords,
} from "./command";

/** Gigabit Ethernet, bytes a second: what is taken of a network that nobody measured. */
const GIGABIT = 117e6;
const MOST_HOSTS = 10_000;
const MOST_RANKS = 1024;

export const command: Command = {
  positionals: ["SLC_DIR"],
  options: {
    hosts: { value: "N", help: "machines (default 1)" },
    ranks: { value: "M", help: "ranks a machine (default: the cores of the machine of RUN)" },
    run: { value: "RUN", help: "records the cost model is fitted to (default: the last run folder)" },
    read: {
      value: "MB/S",
      help: "what a machine reads while all read (default: measured in RUN, from its disk)",
    },
    network: { value: "MB/S", help: "what comes to a machine from others (default: gigabit Ethernet, 117)" },
    ...SHARED_OPTIONS.intensity,
    ...SHARED_OPTIONS.choice,
    ...SHARED_OPTIONS.json,
  },
  notes:
    "Plans fused over MPI ranks from descriptions alone: no pixel is read. Each rank of a machine is taken to have a core where there are several machines.",
  examples: ["data/slc --hosts 10 --ranks 8", "data/slc --hosts 50 --ranks 8 --read 500 --network 1200"],
  run,
};

async function run(args: Arguments, context: Context): Promise<void> {
  const [slcFolder] = args.positionals as [string];
  const parameters = parseIntensityParameters(args);
  const whole = (option: string, most: number): number | undefined =>
    parseGiven(args, option, (text) => parseWhole(option, text, 1, most));
  const hosts = whole("hosts", MOST_HOSTS) ?? 1;
  const records = findRecords(args.text("run"));
  const read = whole("read", 1e6) ?? records?.env.microbenchmarks.readColdMegabytesPerSecond ?? null;
  const network = whole("network", 1e6);
  const ranks = whole("ranks", MOST_RANKS) ?? records?.env.machine.cores ?? 1;
  const cluster = {
    hosts,
    ranks,
    cores: hosts === 1 ? (records?.env.machine.cores ?? ranks) : ranks,
    readRate: (read ?? Number.NaN) * 1e6,
    networkRate: network === undefined ? GIGABIT : network * 1e6,
  };
  const model = read === null ? null : (records?.model ?? null);
  const plan = planJob(slcFolder, parameters, cluster, model);
  if (args.flag("json")) {
    context.print(
      JSON.stringify({ command: "plan", folder: slcFolder, run: records?.folder ?? null, model, ...plan }),
    );
    return;
  }
  const origins = [
    read === null || model === null
      ? `time: not known; ${records === null ? "no run folder was found" : `${records.folder} has too few configurations of mpi and fused`}; measure by pila informe, or name one by --run`
      : `from ${records!.folder}: reading ${megabytes(cluster.readRate)} MB/s a host (${args.text("read") === undefined ? "measured, from the disk" : "given"}), SLC to cells ${megabytes(1 / model.seconds.slcByte)} MB/s a core`,
    ...(hosts > 1 && model !== null
      ? [
          `network ${megabytes(cluster.networkRate)} MB/s a host (${network === undefined ? "assumed: gigabit Ethernet; --network" : "given"})`,
        ]
      : []),
    ...(model === null
      ? []
      : [
          `intervals: 90 % of ${model.ratios.length} configurations of that run, each predicted from the others; on other machines they are wider`,
        ]),
  ];
  const columns = process.stdout.isTTY ? process.stdout.columns : null;
  for (const line of [...describe(plan, model?.rankMemoryBytes ?? null), ...origins])
    for (const part of columns === null ? [line] : wrapWords(line, columns)) context.print(part);
}

/** The records to fit to; null where none were named and none stand. */
function findRecords(
  named: string | undefined,
): { readonly folder: string; readonly env: EnvRecord; readonly model: CostModel | null } | null {
  let folder = named;
  if (folder === undefined) {
    try {
      folder = lastRun();
    } catch (error) {
      if (error instanceof PilaError) return null;
      throw error;
    }
  }
  const session = readSession(folder);
  const model = fitCostModel(session);
  if (named !== undefined && model === null) {
    throw new UsageError(
      `found --run ${named} with too few configurations, expected medians of mpi and fused at several sizes; measure by pila informe`,
    );
  }
  return { folder, env: session.env, model };
}

function describe(
  { dates, imageShape, shape, looks, bytes, cluster, plans }: StackPlan,
  memoryBytes: number | null,
): string[] {
  const { hosts, ranks } = cluster;
  const plain = (value: number): string => (value === 0 ? "-" : `${megabytes(value)} MB`);
  const rows: [string, (plan: JobPlan) => string][] = [
    ["", ({ split }) => `--split ${split}`],
    ["read by a host", ({ hostBytes }) => plain(hostBytes)],
    ["read by a rank", ({ rankBytes }) => plain(rankBytes)],
    ["sent to rank 0", ({ reducedBytes }) => plain(reducedBytes)],
    ["memory of a rank", () => (memoryBytes === null ? "-" : plain(memoryBytes))],
    ["ranks without work", ({ idleRanks }) => String(idleRanks)],
    ["seconds, from disk", ({ prediction }) => seconds(prediction?.seconds)],
    ["seconds, in memory", ({ prediction }) => seconds(prediction?.warmSeconds)],
    ["what binds", ({ prediction }) => BINDS[prediction?.binds ?? "unknown"]],
  ];
  return [
    `stack: ${dates} dates of ${formatShape(imageShape)}, looks ${looks}: ${formatShape(shape)} cells, ${megabytes(bytes)} MB to read`,
    `job: ${hosts} host${hosts === 1 ? "" : "s"} x ${ranks} rank${ranks === 1 ? "" : "s"} = ${hosts * ranks}`,
    ...alignColumns(rows.map(([name, cell]) => [name, ...plans.map(cell)])),
  ];
}

const BINDS = {
  start: "starting",
  read: "reading",
  compute: "computing",
  reduce: "rank 0, which receives",
  unknown: "-",
} as const;

/** `12 (10 to 15)`. */
function seconds(estimate: Estimate | undefined): string {
  if (estimate === undefined) return "-";
  const short = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(2));
  const { low, high } = estimate.interval!;
  return `${short(estimate.value)} (${short(low)} to ${short(high)})`;
}

function megabytes(bytes: number): string {
  return Math.round(bytes / 1e6)
    .toLocaleString("en-US")
    .replaceAll(",", " ");
}
