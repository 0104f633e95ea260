import type { Phase, Span } from "../../core/records";
import type { Level } from "../../evidence/summary";
import { PIECES, type Piece } from "./criticalPath";
import { type Named, nameOf } from "./headline";

/** A stretch of what one worker of a run does. */
export interface TimelineRow {
  readonly configuration: string;
  /** From 1; 0 is the coordinator, where it is none of the workers asked for. */
  readonly worker: number;
  readonly kind: Named["worker"];
  readonly piece: Piece;
  readonly from: number;
  readonly to: number;
  /** Part of the run in which the worker computes, 0..1. */
  readonly computing: number;
  readonly wallSeconds: number;
}

/** More spans than this cannot be told apart on a line. */
const MOST_SPANS = 60;
/** Intervals of time over all workers that a drawing holds. */
const MOST_BINS = 300;

const PIECE_OF: Readonly<Record<Phase, Piece>> = {
  spawn: "start",
  init: "start",
  teardown: "start",
  read: "read",
  decode: "read",
  serialize: "move",
  send: "move",
  receive: "move",
  merge: "move",
  compute: "compute",
  wait: "wait",
  write: "write",
};

type Stretch = Pick<TimelineRow, "piece" | "from" | "to">;

/**
 * What each worker of the median traced run does, as pieces from left to right. Where a worker has too many spans to be
 * seen, time is cut into equal intervals, and the pieces of each are put in the order of PIECES: areas stay true.
 * @returns empty without spans
 */
export function timelineRows(level: Level, label: string): readonly TimelineRow[] {
  const one = level.configurations.find((candidate) => candidate.label === label);
  if (one === undefined || one.gantt === null) return [];
  const { spans, wallSeconds } = one.gantt;
  const workers = [...new Set(spans.map(({ worker }) => worker))].sort((a, b) => a - b);
  const first = workers.length > one.workers ? 0 : 1;
  return workers.flatMap((worker) => {
    const own = spans.filter((span) => span.worker === worker);
    const bins = Math.floor(MOST_BINS / workers.length);
    const stretches =
      own.length <= MOST_SPANS
        ? joinSpans(own)
        : binSpans(own, wallSeconds / Math.max(24, Math.min(160, bins)));
    const computed = own.reduce((sum, span) => sum + (span.phase === "compute" ? secondsOf(span) : 0), 0);
    return stretches.map((stretch) => ({
      ...stretch,
      configuration: label,
      worker: worker + first,
      kind: nameOf(one).worker,
      computing: computed / wallSeconds,
      wallSeconds,
    }));
  });
}

function secondsOf({ startSeconds, endSeconds }: Span): number {
  return endSeconds - startSeconds;
}

function joinSpans(spans: readonly Span[]): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const { phase, startSeconds: from, endSeconds: to } of spans)
    addStretch(stretches, { piece: PIECE_OF[phase], from, to });
  return stretches;
}

function binSpans(spans: readonly Span[], width: number): readonly Stretch[] {
  const bins = new Map<number, Map<Piece, number>>();
  for (const { phase, startSeconds, endSeconds } of spans) {
    for (let bin = Math.floor(startSeconds / width); bin * width < endSeconds; bin++) {
      const inside = Math.min(endSeconds, (bin + 1) * width) - Math.max(startSeconds, bin * width);
      const times = bins.get(bin) ?? new Map<Piece, number>();
      times.set(PIECE_OF[phase], (times.get(PIECE_OF[phase]) ?? 0) + inside);
      bins.set(bin, times);
    }
  }
  const stretches: Stretch[] = [];
  for (const [bin, times] of [...bins].sort(([a], [b]) => a - b)) {
    let to = bin * width;
    for (const piece of PIECES) {
      const from = to;
      to += times.get(piece) ?? 0;
      if (to > from) addStretch(stretches, { piece, from, to });
    }
  }
  return stretches;
}

/** Stretches of one piece that meet are one. */
function addStretch(stretches: Stretch[], next: Stretch): void {
  const last = stretches.at(-1);
  if (last?.piece === next.piece && next.from - last.to < 1e-6)
    stretches[stretches.length - 1] = { ...last, to: next.to };
  else stretches.push(next);
}
