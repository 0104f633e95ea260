// The side of the parent: children of one program, the tasks they get and the payloads they hand back.
import { once } from "node:events";
import { closeSync } from "node:fs";
import type { Readable } from "node:stream";
import { fromPlainError, type PlainError, WorkerError } from "../core/errors";
import {
  type ChildStart,
  FRAME,
  FrameParser,
  type ParentMessage,
  readShared,
  slotsOf,
} from "./childProtocol";
import { type StartedProcess, startProcess } from "./headStart";
import type { Meter, MeterReport } from "./meter";

/** A child, and where the parent stands in the file that the two share. */
interface Child extends StartedProcess {
  /** Lengths of the payloads announced and not taken yet, the oldest first. */
  readonly announced: number[];
  /** The slot of the oldest. */
  next: number;
  /** Slots that are free again, which the child does not know yet. */
  freed: number;
}

/**
 * Child processes of one program, which start at once. Tasks go in as lines of JSON; pixels or states come out through a
 * file in memory that parent and child share, in slots that the child fills and the parent takes in the same order.
 */
export class ChildPool<Task> {
  readonly size: number;
  readonly #children: readonly Child[];
  /** Of each shared file. */
  #layout = { slots: 0, slotBytes: 0 };
  #isClosed = false;
  /** Since when the parent has been waiting. */
  #since = 0;

  /** @param entry path of the compiled program, started with `words`; its worker numbers begin at 1 */
  constructor(
    entry: string,
    count: number,
    private readonly meter: Meter,
    ...words: readonly string[]
  ) {
    const start = meter.start();
    this.size = count;
    this.#children = Array.from({ length: count }, (_, i) => {
      const started = startProcess(entry, words, count);
      const { requestedSeconds } = started;
      const hello: ChildStart = { worker: i + 1, tracing: meter.tracing, requestedSeconds };
      started.child.stdin!.write(`${JSON.stringify(hello)}\n`);
      return { ...started, announced: [], next: 0, freed: 0 };
    });
    meter.end("spawn", "children", start);
  }

  /** Lays out the shared files for payloads of up to `bytes`; before the first task. */
  layOut(bytes: number): void {
    this.#layout = { slots: slotsOf(this.size, bytes), slotBytes: bytes };
    for (let child = 0; child < this.size; child++) this.#write(child, this.#layout);
  }

  /** Gives a child one task. */
  send(child: number, task: Task): void {
    this.#write(child, { task });
  }

  /** Tells a child that no task follows. */
  finish(child: number): void {
    this.#write(child, { noMoreTasks: true });
  }

  /** Takes the oldest payload that a child has announced; its slot is free again. @param into of its very length */
  take(child: number, into: Uint8Array): void {
    const from = this.#children[child]!;
    const { slots, slotBytes } = this.#layout;
    const length = from.announced.shift();
    if (length !== into.length) {
      throw new WorkerError(`found a payload of ${length} bytes, expected ${into.length}`);
    }
    const start = this.meter.since();
    readShared(from.sharedFile, into, from.next * slotBytes);
    from.next = (from.next + 1) % slots;
    from.freed += 1;
    // Said in half rounds: a line for each would wake the child as often.
    if (from.freed >= slots / 2) {
      this.#write(child, { taken: from.freed });
      from.freed = 0;
    }
    this.meter.end("receive", `child ${child + 1}`, start, length);
  }

  /**
   * Listens until every child has reported its end.
   * @param announced a child has a payload for `take`
   * @throws WorkerError a child died; @throws what a child threw
   */
  async collect(announced: (child: number, item: number) => void, signal?: AbortSignal): Promise<void> {
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      if (signal?.aborted) reject(signal.reason);
    });
    aborted.catch(() => {});
    try {
      this.#since = this.meter.end("send", "tasks", this.meter.since());
      const all = Promise.all(this.#children.map((_, child) => this.#listen(child, announced)));
      const reports = await Promise.race([all, aborted]);
      const ended = this.meter.end("wait", "children's end", this.#since);
      for (const report of reports) this.meter.absorb(report);
      this.#closeFiles();
      this.meter.end("teardown", "shared files", ended);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** Ends every child that still runs, and waits for it. */
  async kill(): Promise<void> {
    await Promise.all(
      this.#children.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
        const exit = once(child, "exit");
        child.kill("SIGKILL");
        await exit;
      }),
    );
    this.#closeFiles();
  }

  #closeFiles(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { sharedFile } of this.#children) closeSync(sharedFile);
  }

  #write(child: number, message: ParentMessage<Task>): void {
    const line = `${JSON.stringify(message)}\n`;
    this.meter.countMessage(line.length);
    this.#children[child]!.child.stdin!.write(line);
  }

  async #listen(index: number, announced: (child: number, item: number) => void): Promise<MeterReport> {
    const { child, announced: lengths } = this.#children[index]!;
    let report: MeterReport | null = null;
    const parser = new FrameParser((frame) => {
      this.meter.countMessage(frame.length);
      if (frame.kind === FRAME.data) {
        lengths.push(frame.length);
        announced(index, frame.item);
      } else if (frame.kind === FRAME.report) report = JSON.parse(frame.text) as MeterReport;
      else throw fromPlainError(JSON.parse(frame.text) as PlainError);
    });
    return await new Promise((resolve, reject) => {
      (child.stdio[3] as Readable).on("data", (chunk: Buffer) => {
        // What a child said before it was ended may come in late: its file, and those of the products, are closed.
        if (this.#isClosed) return;
        this.meter.end("wait", "frames", this.#since);
        try {
          parser.push(chunk);
        } catch (error) {
          reject(error);
        }
        this.#since = this.meter.end("receive", "frames", this.meter.since());
      });
      child.once("error", (cause) =>
        reject(new WorkerError(`found child ${index + 1} not started (${cause.message})`, { cause })),
      );
      const end = (code: number | null, signalName: NodeJS.Signals | null): void => {
        const how = signalName ?? `code ${code}`;
        if (code === 0 && report !== null && parser.isBetweenFrames) resolve(report);
        else reject(new WorkerError(`found child ${index + 1} ended by ${how}, expected its result`));
      };
      // The event of one that has ended before has passed already.
      if (child.exitCode !== null || child.signalCode !== null) end(child.exitCode, child.signalCode);
      else child.once("close", end);
    });
  }
}
