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
  readonly #gathered = new Map<Phase, Gathered>();
  #begin = 0;
  #first: number | null = null;

  constructor(worker: number) {
    this.#worker = worker;
  }

  /** Adds a span that begins where the last one ended, or later. */
  add(phase: Phase, item: string, startSeconds: number, endSeconds: number, bytes: number): void {
    this.#first ??= startSeconds;
    const stretch = Math.max(SHORTEST_STRETCH_SECONDS, (endSeconds - this.#first) / STRETCHES_A_RUN);
    if (this.#gathered.size > 0 && endSeconds - this.#begin > stretch) this.#flush();
    if (endSeconds - startSeconds > stretch) {
      this.#keep(phase, item, startSeconds, endSeconds, bytes);
      return;
    }
    if (this.#gathered.size === 0) this.#begin = startSeconds;
    const known = this.#gathered.get(phase);
    if (known === undefined) {
      this.#gathered.set(phase, { phase, item, seconds: endSeconds - startSeconds, bytes });
    } else {
      known.seconds += endSeconds - startSeconds;
      known.bytes += bytes;
    }
  }

  /** All spans so far. */
  spans(): readonly Span[] {
    this.#flush();
    return this.#spans;
  }

  #flush(): void {
    let start = this.#begin;
    for (const { phase, item, seconds, bytes } of this.#gathered.values()) {
      this.#keep(phase, item, start, start + seconds, bytes);
      start += seconds;
    }
    this.#gathered.clear();
  }

  #keep(phase: Phase, item: string, startSeconds: number, endSeconds: number, bytes: number): void {
    this.#spans.push({ worker: this.#worker, phase, item, startSeconds, endSeconds, bytes });
  }
}
