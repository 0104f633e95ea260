import type { Phase, Span } from "../core/records";

/**
 * Stretches of work that a span may stand for: at first this long, and so much longer the longer the run is that a worker
 * keeps a few thousand spans at most, whatever it does.
 */
const SHORTEST_STRETCH_SECONDS = 0.002;
const STRETCHES_A_RUN = 500;

interface Gathered {
  readonly phase: Phase;
  readonly item: string;
  seconds: number;
  bytes: number;
}

/**
 * The spans of one worker. Reading a row, computing it and writing it take microseconds each: such spans are summed by
 * phase over a short stretch and laid one after the other in the order in which the phases first came, so that sums by
 * phase are exact and places are right within the stretch. Longer spans are kept as they are.
 */
export class SpanGatherer {
  readonly #worker: number;
  readonly #spans: Span[] = [];
  readonly #gathered: Gathered[] = [];
  #first: number | null = null;
  #begin = 0;
  #until = 0;
  #stretch = 0;

  constructor(worker: number) {
    this.#worker = worker;
  }

  /** Adds a span that begins where the last one ended, or later. Called for every read: it takes well under a microsecond. */
  add(phase: Phase, item: string, startSeconds: number, endSeconds: number, bytes: number): void {
    if (endSeconds > this.#until) this.#beginStretch(startSeconds, endSeconds);
    const seconds = endSeconds - startSeconds;
    if (seconds > this.#stretch) {
      this.#keep(phase, item, startSeconds, endSeconds, bytes);
      return;
    }
    for (const known of this.#gathered) {
      if (known.phase !== phase) continue;
      known.seconds += seconds;
      known.bytes += bytes;
      return;
    }
    this.#gathered.push({ phase, item, seconds, bytes });
  }

  /** All spans so far. */
  spans(): readonly Span[] {
    this.#flush();
    return this.#spans;
  }

  #beginStretch(startSeconds: number, endSeconds: number): void {
    this.#flush();
    this.#first ??= startSeconds;
    this.#stretch = Math.max(SHORTEST_STRETCH_SECONDS, (endSeconds - this.#first) / STRETCHES_A_RUN);
    this.#begin = startSeconds;
    this.#until = startSeconds + this.#stretch;
  }

  #flush(): void {
    let start = this.#begin;
    for (const { phase, item, seconds, bytes } of this.#gathered) {
      this.#keep(phase, item, start, start + seconds, bytes);
      start += seconds;
    }
    this.#gathered.length = 0;
  }

  #keep(phase: Phase, item: string, startSeconds: number, endSeconds: number, bytes: number): void {
    this.#spans.push({ worker: this.#worker, phase, item, startSeconds, endSeconds, bytes });
  }
}
