import type { Span } from "../../core/records";
import type { ShareName } from "../../evidence/summary";
import { GROUP_OF, PHASE_GROUPS } from "./phaseGroups";

/** A piece of a worker's line: seconds across, 0..1 of its height down. */
export interface Piece {
  readonly worker: number;
  readonly group: string;
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
}

/** More spans than this cannot be told apart on a line. */
const MOST_SPANS = 120;
const BINS = 96;

/**
 * The spans of a run as pieces of at most a few thousand. A worker of few spans is drawn span by span; one of many is
 * cut into equal intervals of time, each divided downwards by what its time was spent on, so that areas stay true.
 */
export function layoutTimeline(spans: readonly Span[], wallSeconds: number): readonly Piece[] {
  const workers = [...new Set(spans.map((span) => span.worker))].sort((a, b) => a - b);
  return workers.flatMap((worker) => {
    const own = spans.filter((span) => span.worker === worker);
    return own.length <= MOST_SPANS ? joinSpans(worker, own) : binSpans(worker, own, wallSeconds);
  });
}

function joinSpans(worker: number, spans: readonly Span[]): Piece[] {
  const pieces: Piece[] = [];
  for (const span of spans) {
    const group = groupOf(span.phase);
    const last = pieces.at(-1);
    if (last !== undefined && last.group === group && span.startSeconds - last.x2 < 1e-6) {
      pieces[pieces.length - 1] = { ...last, x2: span.endSeconds };
    } else pieces.push({ worker, group, x1: span.startSeconds, x2: span.endSeconds, y1: 0, y2: 1 });
  }
  return pieces;
}

function binSpans(worker: number, spans: readonly Span[], wallSeconds: number): Piece[] {
  const width = wallSeconds / BINS;
  const bins = Array.from({ length: BINS }, () => new Map<string, number>());
  for (const { phase, startSeconds, endSeconds } of spans) {
    const first = Math.max(0, Math.floor(startSeconds / width));
    for (let bin = first; bin < BINS && bin * width < endSeconds; bin++) {
      const seconds = Math.min(endSeconds, (bin + 1) * width) - Math.max(startSeconds, bin * width);
      const group = groupOf(phase);
      bins[bin]!.set(group, (bins[bin]!.get(group) ?? 0) + Math.max(0, seconds));
    }
  }
  const pieces: Piece[] = [];
  bins.forEach((shares, bin) => {
    let y1 = 0;
    for (const { id } of PHASE_GROUPS) {
      const share = (shares.get(id) ?? 0) / width;
      // Thinner than this a piece is not seen.
      if (share < 0.01) continue;
      const y2 = Math.min(1, y1 + share);
      const last = pieces.at(-1);
      const whole = y1 === 0 && y2 > 0.99;
      if (whole && last !== undefined && last.group === id && last.y1 === 0 && last.y2 > 0.99)
        pieces[pieces.length - 1] = { ...last, x2: (bin + 1) * width };
      else pieces.push({ worker, group: id, x1: bin * width, x2: (bin + 1) * width, y1, y2 });
      y1 = y2;
    }
  });
  return pieces;
}

function groupOf(phase: ShareName): string {
  return GROUP_OF[phase].id;
}
