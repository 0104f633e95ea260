import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { fromPlainError, type PlainError, WorkerError } from "../core/errors";
import { FRAME, FrameParser } from "./frames";
import { startProcess } from "./headStart";
import type { Meter, MeterReport } from "./meter";

/** The first line a child reads; tasks follow, a line each, then the end of the stream. */
export interface ChildStart {
  readonly worker: number;
  readonly tracing: boolean;
  readonly requestedSeconds: number;
}

/** What the parent does with what the children send. */
export interface ChildListener {
  /** Room for the payload of a data frame of a child. */
  room(child: number, item: number, length: number): Uint8Array;
  /** A data frame of a child is whole. */
  received(child: number, item: number, payload: Uint8Array): void;
}

/** Child processes of one program, which start at once; tasks go in as lines of JSON, pixels or states come out as raw frames. */
export class ChildPool {
  readonly #children: readonly ChildProcess[];
  readonly #meter: Meter;
  /** Since when the parent has been waiting, or taking a chunk apart; and the bytes of that chunk. */
  #since = 0;
  #received = 0;
  readonly #paused = new Set<number>();
  /** Takes what was held back of a child. */
  readonly #inlets: (() => void)[] = [];

  /** @param entry path of the compiled program; @param first worker number of the first child */
  constructor(entry: string, count: number, meter: Meter) {
    const start = meter.start();
    this.#meter = meter;
    this.#children = Array.from({ length: count }, (_unused, i) => {
      const { child, requestedSeconds } = startProcess(entry);
      const hello: ChildStart = { worker: i + 1, tracing: meter.tracing, requestedSeconds };
      child.stdin!.write(`${JSON.stringify(hello)}\n`);
      return child;
    });
    meter.end("spawn", "children", start);
  }

  get size(): number {
    return this.#children.length;
  }

  /** Gives a child one task. */
  send(child: number, task: unknown): void {
    const line = `${JSON.stringify(task)}\n`;
    this.#meter.countMessage(line.length);
    (this.#children[child]!.stdin as Writable).write(line);
  }

  /** Tells a child that no task follows. */
  finish(child: number): void {
    this.#children[child]!.stdin!.end();
  }

  /** Takes no further frame of a child, not even one that has arrived, until `resume`. */
  pause(child: number): void {
    this.#paused.add(child);
    (this.#children[child]!.stdio[3] as Readable).pause();
  }

  resume(child: number): void {
    if (!this.#paused.delete(child)) return;
    // Not from within the listener of another frame.
    setImmediate(() => this.#inlets[child]?.());
  }

  /**
   * Listens until every child has reported its end.
   * @throws WorkerError a child died; @throws what a child threw
   */
  async collect(listener: ChildListener, signal?: AbortSignal): Promise<void> {
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      if (signal?.aborted) reject(signal.reason);
    });
    aborted.catch(() => {});
    try {
      const all = Promise.all(this.#children.map((_, child) => this.#listen(child, listener)));
      this.#since = this.#meter.start();
      const reports = await Promise.race([all, aborted]);
      this.#meter.end("wait", "children's end", this.#since);
      for (const report of reports) this.#meter.absorb(report);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** Ends every child that still runs, and waits for it. */
  async kill(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
        const exit = once(child, "exit");
        child.kill("SIGKILL");
        await exit;
      }),
    );
  }

  /** Ends the span of taking bytes apart; between chunks the parent waits. */
  #endReceive(index: number): void {
    this.#meter.end("receive", `child ${index + 1}`, this.#since, this.#received);
    this.#received = 0;
  }

  #listen(index: number, listener: ChildListener): Promise<MeterReport> {
    const child = this.#children[index]!;
    return new Promise((resolve, reject) => {
      let report: MeterReport | null = null;
      const parser = new FrameParser(
        (item, length) => listener.room(index, item, length),
        (kind, item, payload) => {
          this.#meter.countMessage(payload.length);
          if (kind === FRAME.data) {
            this.#endReceive(index);
            listener.received(index, item, payload);
            this.#since = this.#meter.start();
          } else if (kind === FRAME.report) {
            report = JSON.parse(Buffer.from(payload).toString()) as MeterReport;
          } else {
            reject(fromPlainError(JSON.parse(Buffer.from(payload).toString()) as PlainError));
          }
        },
      );
      const stream = child.stdio[3] as Readable;
      // Chunks that arrived while the child was held back: at its exit Node hands out the rest whether paused or not.
      const chunks: Uint8Array[] = [];
      let ending: { readonly code: number | null; readonly signalName: string | null } | null = null;
      const settle = (): void => {
        const { code, signalName } = ending!;
        if (code === 0 && report !== null && parser.isBetweenFrames) resolve(report);
        else
          reject(
            new WorkerError(
              `found child ${index + 1} ended by ${signalName ?? `code ${code}`}, expected its result`,
            ),
          );
      };
      const take = (): void => {
        this.#meter.end("wait", "frames", this.#since);
        this.#since = this.#meter.start();
        try {
          while (chunks.length > 0 && !this.#paused.has(index)) {
            const chunk = chunks.shift()!;
            const taken = parser.push(chunk, () => this.#paused.has(index));
            this.#received += taken;
            if (taken < chunk.length) chunks.unshift(chunk.subarray(taken));
          }
          if (ending !== null && chunks.length === 0) settle();
        } catch (error) {
          reject(error);
        }
        this.#endReceive(index);
        this.#since = this.#meter.start();
      };
      this.#inlets[index] = () => {
        take();
        if (!this.#paused.has(index)) stream.resume();
      };
      stream.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        take();
      });
      child.once("error", (cause) =>
        reject(new WorkerError(`found child ${index + 1} not started (${cause.message})`, { cause })),
      );
      child.once("close", (code, signalName) => {
        ending = { code, signalName };
        take();
      });
    });
  }
}
