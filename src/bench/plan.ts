import { BACKEND_IDS, findBackend } from "../backends/registry";
import { UsageError } from "../core/errors";
import type { NoData, Shape } from "../core/raster";
import type { EnvRecord, RunRecord } from "../core/records";
import type { SlcChoice } from "../io/choose";

/** What a session is asked to measure; everything left out has a default. */
export interface ProtocolOptions {
  /** SLC of a folder of intensities, for prep and fused. */
  readonly slc?: string | undefined;
  /** rows,cols,row0,col0 in looked pixels. Several with `crops` (then this is not looked at). */
  readonly crop?: string | undefined;
  /** The largest is the main one. */
  readonly crops?: readonly string[] | undefined;
  readonly looks?: string | undefined;
  readonly nodata?: NoData | undefined;
  /** Which image of a date is meant, where there are several. */
  readonly choice?: SlcChoice | undefined;
  readonly backends?: readonly string[] | undefined;
  readonly workers?: readonly number[] | undefined;
  /** Blocks after the warm-up; 10 by default. */
  readonly blocks?: number | undefined;
  readonly dates?: readonly number[] | undefined;
  readonly cache?: "warm" | "cold" | undefined;
  /** `NAME=COMMAND`, each. */
  readonly peers?: readonly string[] | undefined;
  /** No run is started after this; null or left out is no limit. */
  readonly budgetSeconds?: number | null | undefined;
  /** Of one run; 600 by default. */
  readonly timeoutSeconds?: number | undefined;
}

/** What a session measures, as env.json keeps it so that it can be gone on with. */
export interface StoredProtocol {
  readonly blocks: number;
  readonly traceEvery: number;
  /** Those measured; the skipped ones stand in `skipped`. */
  readonly backends: readonly string[];
  readonly workers: readonly number[];
  /** null: all dates. */
  readonly dates: readonly number[] | null;
  /** null in the list: the whole image. */
  readonly crops: readonly (string | null)[];
  readonly looks: string | null;
  readonly nodata: string | null;
  readonly choice?: SlcChoice;
  readonly slc: string | null;
  readonly cache: "warm" | "cold";
  readonly peers: readonly Peer[];
  readonly budgetSeconds: number | null;
  readonly timeoutSeconds: number;
}

/** env.json as the bench writes it. */
export interface BenchEnv extends EnvRecord {
  readonly protocol: StoredProtocol;
}

/** 1, 2, 4, … up to the cores, and the cores themselves. */
function defaultWorkers(cores: number): readonly number[] {
  const counts = [cores];
  for (let count = 1; count < cores; count *= 2) counts.push(count);
  return counts.sort((a, b) => a - b);
}

/**
 * Fills in the defaults and sets aside what cannot run here.
 * @param hasSlc the data are SLC, or --slc names some
 * @param mpi version of MPI; null when there is no mpiexec
 * @param unavailable why a backend cannot run here; null when it can
 * @throws UsageError a peer's command is wrong, or two configurations would carry one label
 */
export async function resolveProtocol(
  options: ProtocolOptions,
  { hasSlc, mpi, cores }: { readonly hasSlc: boolean; readonly mpi: string | null; readonly cores: number },
  unavailable: (backend: string) => Promise<string | null>,
): Promise<{ readonly protocol: StoredProtocol; readonly skipped: EnvRecord["skipped"] }> {
  const asked = options.backends ?? [...BACKEND_IDS, ...(hasSlc ? ["fused"] : [])];
  // fused is only ever compared with prep + sec of the same blocks.
  const withPrep = asked.flatMap((backend) => (backend === "fused" ? ["prep", "fused"] : [backend]));
  const wanted = [...new Set(["sec", ...withPrep])];
  const skipped: { label: string; reason: string }[] = [];
  for (const backend of wanted) {
    const reason = missingFor(backend, hasSlc, mpi) ?? (await unavailable(backend));
    if (reason !== null) skipped.push({ label: backend, reason });
  }
  const protocol: StoredProtocol = {
    blocks: options.blocks ?? 10,
    traceEvery: 2,
    backends: wanted.filter((backend) => skipped.every(({ label }) => label !== backend)),
    workers: options.workers ?? defaultWorkers(cores),
    dates: options.dates ?? null,
    crops: options.crops === undefined ? [options.crop ?? null] : largestFirst(options.crops),
    looks: options.looks ?? null,
    nodata: options.nodata ?? null,
    choice: options.choice ?? {},
    slc: options.slc ?? null,
    cache: options.cache ?? "warm",
    peers: (options.peers ?? []).map(parsePeer),
    budgetSeconds: options.budgetSeconds ?? null,
    timeoutSeconds: options.timeoutSeconds ?? 600,
  };
  const level = { dates: 1, crop: null, shape: { azimuth: 1, range: 1 } };
  requireDistinctLabels(buildConfigurations(protocol, [level]));
  return { protocol, skipped };
}

/** The first crop is the one the report speaks of: that with most pixels. */
function largestFirst(crops: readonly string[]): readonly string[] {
  const pixels = (crop: string): number => {
    const [rows, columns] = crop.split(",").map(Number);
    return rows! * columns!;
  };
  return [...crops].sort((a, b) => pixels(b) - pixels(a));
}

/** What of the machine or the data a backend lacks; null when nothing. */
function missingFor(backend: string, hasSlc: boolean, mpi: string | null): string | null {
  if (backend === "mpi" && mpi === null) {
    return "there is no mpiexec; install openmpi-bin and libopenmpi-dev";
  }
  const needsSlc = backend === "prep" || backend === "fused";
  return needsSlc && !hasSlc ? "there are no SLC; name them with --slc" : null;
}

/** One size of the work: how many dates of which crop. */
export interface BenchLevel {
  readonly dates: number;
  /** rows,cols,row0,col0 in looked pixels; null is the whole image. */
  readonly crop: string | null;
  readonly shape: Shape;
}

/** What is run once a block. */
export interface BenchConfiguration {
  readonly label: string;
  /** The two runs of `sec` in a block; null for every other configuration. */
  readonly twin: "a" | "b" | null;
  /** A backend id, `prep`, `fused` or `peer`. */
  readonly backend: string;
  /** Of a peer with `{workers}`: its name without the number; null for every other configuration. */
  readonly program: string | null;
  readonly workers: number;
  readonly level: BenchLevel;
  /** The command of a peer, split into arguments, placeholders not filled; null for pila's own. */
  readonly peerCommand: readonly string[] | null;
}

/** A program of somebody else's, as `--peer 'NAME=COMMAND'` names it; `{workers}` in the name is where labels have the number. */
interface Peer {
  readonly name: string;
  readonly command: readonly string[];
}

/** Where a peer's command, and its name, take the number of workers. */
const WORKERS_PLACE = "{workers}";

/** `mp_v2` at 4 workers is `mp4_v2`: the number stands after the first part of the id; `sec` has none. */
export function labelOf(backend: string, workers: number): string {
  if (backend === "sec") return backend;
  const [first, ...rest] = backend.split("_");
  return [`${first}${workers}`, ...rest].join("_");
}

type Keyed = Pick<RunRecord, "label" | "twin"> & { readonly level: Pick<RunRecord, "dates" | "crop"> };

/** Names a configuration, or that of a record, among all levels; the A/A twins have one each. */
export function configurationKey({ label, twin, level }: Keyed): string {
  return [label, twin ?? "", level.dates, level.crop ?? "whole"].join("|");
}

/**
 * Every configuration of a block, level by level: `sec` twice, each parallel backend at every number of workers
 * and always at 1 too (one that is not parallel at 1 alone), then the peers (a peer without `{workers}` once).
 * `sec` is measured whether listed or not.
 */
export function buildConfigurations(
  { backends, workers, peers }: Pick<StoredProtocol, "backends" | "workers" | "peers">,
  levels: readonly BenchLevel[],
): readonly BenchConfiguration[] {
  const counts = [...new Set([1, ...workers])].sort((a, b) => a - b);
  return levels.flatMap((level) => {
    const own = (backend: string, count: number, twin: "a" | "b" | null): BenchConfiguration => {
      const common = { twin, backend, program: null, workers: count, level, peerCommand: null };
      return { label: labelOf(backend, count), ...common };
    };
    const others = backends.filter((backend) => backend !== "sec");
    const countsOf = (backend: string): readonly number[] =>
      BACKEND_IDS.includes(backend) && !findBackend(backend).parallel ? [1] : counts;
    return [
      own("sec", 1, "a"),
      own("sec", 1, "b"),
      ...others.flatMap((backend) => countsOf(backend).map((count) => own(backend, count, null))),
      ...peers.flatMap((peer) => peerConfigurations(peer, counts, level)),
    ];
  });
}

function peerConfigurations(peer: Peer, counts: readonly number[], level: BenchLevel): BenchConfiguration[] {
  const scales = peer.command.some((argument) => argument.includes(WORKERS_PLACE));
  const name = !scales || peer.name.includes(WORKERS_PLACE) ? peer.name : peer.name + WORKERS_PLACE;
  return (scales ? counts : [1]).map((count) => ({
    label: name.replace(WORKERS_PLACE, String(count)),
    twin: null,
    backend: "peer",
    program: scales ? name.replace(WORKERS_PLACE, "") : null,
    workers: count,
    level,
    peerCommand: peer.command,
  }));
}

/** @throws UsageError two configurations of a level would carry one label (a peer named as a backend is, or twice) */
function requireDistinctLabels(configurations: readonly BenchConfiguration[]): void {
  const keys = configurations.map(configurationKey);
  const second = configurations.find((_, i) => keys.indexOf(keys[i]!) < i);
  if (second === undefined) return;
  throw new UsageError(
    `found the label ${second.label} for two configurations, expected one label each; rename the peer`,
  );
}

/**
 * `NAME=COMMAND` of --peer. The command is split into arguments here, before any placeholder is filled, so that a
 * path with blanks stays one argument; no shell ever sees it.
 * @throws UsageError no name, no command, an open quote, or no place for the outputs
 */
export function parsePeer(text: string): Peer {
  const match = /^(?=.{1,80}=)([A-Za-z][\w.-]*(?:\{workers\}[\w.-]*)?)=(.*)$/s.exec(text);
  if (match === null) {
    throw new UsageError(
      `--peer: found ${JSON.stringify(text)}, expected 'NAME=COMMAND' with a name of at most 80 letters, digits and _, {workers} where labels have the number`,
    );
  }
  const command = splitArguments(match[2]!);
  const whole = command.join(" ");
  for (const placeholder of ["{intens}", "{mean}", "{std}"]) {
    if (!whole.includes(placeholder)) {
      throw new UsageError(
        `--peer ${match[1]}: found no ${placeholder} in its command, expected {intens}, {mean} and {std}; write where the program takes its input folder and its two outputs`,
      );
    }
  }
  if (match[1]!.includes(WORKERS_PLACE) && !whole.includes(WORKERS_PLACE)) {
    throw new UsageError(
      `--peer ${match[1]}: found ${WORKERS_PLACE} in the name only, expected it in the command too; write where the program takes it`,
    );
  }
  return { name: match[1]!, command };
}

/**
 * Arguments of a command line: blanks separate, single and double quotes hold together, a backslash takes the next
 * character as it is (not within single quotes). Nothing else has a meaning.
 * @throws UsageError a quote is left open, or there is no argument
 */
export function splitArguments(command: string): readonly string[] {
  const found: string[] = [];
  let current: string | null = null;
  let quote: string | null = null;
  for (let i = 0; i < command.length; i++) {
    const character = command[i]!;
    if (character === "\\" && quote !== "'" && i + 1 < command.length) {
      current = (current ?? "") + command[++i];
    } else if (quote !== null) {
      if (character === quote) quote = null;
      else current += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      current ??= "";
    } else if (/\s/.test(character)) {
      if (current !== null) found.push(current);
      current = null;
    } else {
      current = (current ?? "") + character;
    }
  }
  if (quote !== null)
    throw new UsageError(`--peer: found an open ${quote} in ${JSON.stringify(command)}, expected it closed`);
  if (current !== null) found.push(current);
  if (found.length === 0)
    throw new UsageError("--peer: found an empty command, expected a program and its arguments");
  return found;
}

/** The arguments with every placeholder replaced; an argument stays one whatever it is filled with. */
export function fillArguments(
  command: readonly string[],
  places: Readonly<Record<"intens" | "mean" | "std" | "workers", string | number>>,
): readonly string[] {
  const fill = (_: string, name: keyof typeof places): string => String(places[name]);
  return command.map((argument) => argument.replace(/\{(intens|mean|std|workers)\}/g, fill));
}
