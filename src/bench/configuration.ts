import { UsageError } from "../core/errors";
import type { Shape } from "../core/raster";

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
export interface Peer {
  readonly name: string;
  readonly command: readonly string[];
}

/** Where a peer's command, and its name, take the number of workers. */
export const WORKERS_PLACE = "{workers}";

/** `mp_v2` at 4 workers is `mp4_v2`: the number stands after the first part of the id; `sec` has none. */
export function labelOf(backend: string, workers: number): string {
  if (backend === "sec") return backend;
  const [first, ...rest] = backend.split("_");
  return [`${first}${workers}`, ...rest].join("_");
}

/** Names a configuration among all levels; the A/A twins have one each. */
export function configurationKey(configuration: BenchConfiguration): string {
  const { label, twin, level } = configuration;
  return [label, twin ?? "", level.dates, level.crop ?? "whole"].join("|");
}

/**
 * Every configuration of a block, level by level: `sec` twice, each parallel backend at every number of workers
 * and always at 1 too, then the peers (a peer without `{workers}` once).
 * @param backends ids without those that cannot run here; `sec` is measured whether listed or not
 */
export function buildConfigurations(
  backends: readonly string[],
  workers: readonly number[],
  levels: readonly BenchLevel[],
  peers: readonly Peer[],
): readonly BenchConfiguration[] {
  const counts = [...new Set([1, ...workers])].sort((a, b) => a - b);
  return levels.flatMap((level) => {
    const own = (backend: string, count: number, twin: "a" | "b" | null): BenchConfiguration => {
      const common = { twin, backend, program: null, workers: count, level, peerCommand: null };
      return { label: labelOf(backend, count), ...common };
    };
    const parallel = backends.filter((backend) => backend !== "sec");
    return [
      own("sec", 1, "a"),
      own("sec", 1, "b"),
      ...parallel.flatMap((backend) => counts.map((count) => own(backend, count, null))),
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
export function requireDistinctLabels(configurations: readonly BenchConfiguration[]): void {
  const seen = new Set<string>();
  for (const configuration of configurations) {
    const key = configurationKey(configuration);
    if (seen.has(key)) {
      throw new UsageError(
        `found the label ${configuration.label} for two configurations, expected one label each; rename the peer`,
      );
    }
    seen.add(key);
  }
}
