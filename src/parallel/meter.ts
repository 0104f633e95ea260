// What a worker moved and when: bytes and messages always, spans of time only where they are asked for.
import type { Phase, RunUsage, Span } from "../core/records";

/** Counts what one worker moves and, when tracing, keeps its spans. Plain data comes out, to cross borders. */
export class Meter {
  readonly worker: number;
  readonly tracing: boolean;
  readonly #own: SpanGatherer;
  readonly #others: Span[] = [];
  bytesRead = 0;
  bytesWritten = 0;
  ipcMessages = 0;
  ipcBytes = 0;
  #comingUp: number | null;
  #lastEnd: number | null = null;

  /** @param comingUpSince when the program began: all until the first span is its coming up; null without such a span */
  constructor(worker: number, tracing: boolean, comingUpSince: number | null = null) {
    this.worker = worker;
    this.tracing = tracing;
    this.#own = new SpanGatherer(worker);
    this.#comingUp = comingUpSince;
  }

  /** Of this worker and of those absorbed. */
  get spans(): readonly Span[] {
    return [...this.#own.spans(), ...this.#others];
  }

  /** The start of a span: seconds on the host's monotonic clock when tracing, else 0 at no cost. */
  start(): number {
    if (!this.tracing) return 0;
    if (this.#comingUp !== null) {
      const since = this.#comingUp;
      this.#comingUp = null;
      return this.end("init", "program", since);
    }
    return monotonicSeconds();
  }

  /** Ends a span begun at `startSeconds`; nothing is kept when not tracing. @returns its end: the start of what follows */
  end(phase: Phase, item: string, startSeconds: number, bytes = 0): number {
    if (!this.tracing) return 0;
    const endSeconds = monotonicSeconds();
    this.between(phase, item, startSeconds, endSeconds, bytes);
    return endSeconds;
  }

  /** Where the last span ended: the start of one that leaves no time between them uncovered; 0 when not tracing. */
  since(): number {
    return this.#lastEnd ?? this.start();
  }

  /** A span whose end has passed already. */
  between(phase: Phase, item: string, startSeconds: number, endSeconds: number, bytes = 0): void {
    if (!this.tracing) return;
    this.#own.add(phase, item, startSeconds, endSeconds, bytes);
    this.#lastEnd = endSeconds;
  }

  /** Ends a span of another worker, which cannot speak for itself. */
  endOf(worker: number, phase: Phase, item: string, startSeconds: number): void {
    if (!this.tracing) return;
    this.#others.push({ worker, phase, item, startSeconds, endSeconds: monotonicSeconds(), bytes: 0 });
  }

  /** Adds what another worker counted and recorded. */
  absorb(report: MeterReport): void {
    this.bytesRead += report.usage.bytesRead;
    this.bytesWritten += report.usage.bytesWritten;
    this.ipcMessages += report.usage.ipcMessages;
    this.ipcBytes += report.usage.ipcBytes;
    for (const span of report.spans) this.#others.push(span);
  }

  /** One message of `bytes` that crossed a process border. */
  countMessage(bytes: number): void {
    this.ipcMessages += 1;
    this.ipcBytes += bytes;
  }

  report(): MeterReport {
    const { bytesRead, bytesWritten, ipcMessages, ipcBytes } = this;
    return { usage: { bytesRead, bytesWritten, ipcMessages, ipcBytes }, spans: this.spans };
  }
}

/** What a worker hands back at its end. */
export interface MeterReport {
  readonly usage: RunUsage;
  readonly spans: readonly Span[];
}

/**
 * Where performance.now() has its zero on the host's monotonic clock: it costs half of what hrtime does and leaves no
 * garbage. What passes between the two calls makes it too early: the latest of several is the nearest.
 */
const ZERO_SECONDS = Math.max(
  ...[1, 2, 3].map(() => Number(process.hrtime.bigint()) / 1e9 - performance.now() / 1000),
);

/** Seconds on the monotonic clock of the host: comparable between its processes, to a few microseconds. */
export function monotonicSeconds(): number {
  return ZERO_SECONDS + performance.now() / 1000;
}

/** When this process began to run, on the same clock. */
export function processStartSeconds(): number {
  return ZERO_SECONDS;
}

/**
 * Stretches of work that a span may stand for: at first this long, and so much longer the longer the run is that a worker
 * keeps a few thousand spans at most, whatever it does.
 */
const SHORTEST_STRETCH_SECONDS = 0.002;
const STRETCHES_A_RUN = 500;

/**
 * The spans of one worker. Reading a row, computing it and writing it take microseconds each: such spans are summed by
 * phase over a short stretch and laid one after the other in the order in which the phases first came, so that sums by
 * phase are exact and places are right within the stretch. Longer spans are kept as they are.
 */
class SpanGatherer {
  readonly #spans: Span[] = [];
  readonly #gathered: { phase: Phase; item: string; seconds: number; bytes: number }[] = [];
  #first: number | null = null;
  #begin = 0;
  #until = 0;
  #stretch = 0;

  constructor(readonly worker: number) {}

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
    this.#spans.push({ worker: this.worker, phase, item, startSeconds, endSeconds, bytes });
  }
}
