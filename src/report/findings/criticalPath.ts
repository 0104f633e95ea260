import { cutIntoStretches, followWorker } from "../../evidence/spans";
import type { Configuration } from "../../evidence/summary";

/** What the time of a run is spent on, in the order in which it is drawn. */
export const PIECES = ["start", "read", "move", "compute", "wait", "write"] as const;
export type Piece = (typeof PIECES)[number];

/** Where the median time of a configuration went; the seconds sum to it. */
export type PathPart = { readonly piece: Piece; readonly seconds: number };

/**
 * The median time along the worker that computes most: what it does, or what it waits for (`followWorker`). The shares
 * are those of the traced run of median time, scaled to the median of the timed runs.
 * @returns in the order of PIECES, without empty ones; null without spans that add up (peers, failed tracing)
 */
export function criticalPath({ decomposition, gantt, seconds }: Configuration): readonly PathPart[] | null {
  if (decomposition === null || gantt === null || seconds === null) return null;
  if (decomposition.violations.some(({ kind }) => kind !== "tooMuchOther")) return null;
  const busiest = decomposition.workers.reduce((most, one) =>
    one.phases.compute > most.phases.compute ? one : most,
  );
  const stretches = cutIntoStretches(gantt.spans, gantt.wallSeconds);
  const time = followWorker(stretches, busiest.worker);
  const spent: Readonly<Record<Piece, number>> = {
    start: time.startup,
    read: time.read + time.decode,
    move: time.ipc,
    compute: time.compute,
    wait: time.others + time.idle,
    write: time.write,
  };
  const scale = seconds.value / gantt.wallSeconds;
  return PIECES.map((piece) => ({ piece, seconds: spent[piece] * scale })).filter((one) => one.seconds > 0);
}
