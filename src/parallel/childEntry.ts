// The side of the child: what a program does that a `ChildPool` starts.
import { readSync } from "node:fs";
import { toPlainError, WorkerError } from "../core/errors";
import {
  CHILD_FILES,
  type ChildStart,
  FRAME,
  type FrameKind,
  frameHeader,
  type ParentMessage,
  writeAll,
  writeShared,
} from "./childProtocol";
import { Meter } from "./meter";

/** Runs a child process: reads its greeting, works, reports. An error is sent whole and ends the child with code 1. */
export function serveChild<Task>(work: (channel: Channel<Task>) => void): void {
  try {
    const readLine = lineReader();
    const hello = JSON.parse(readLine() ?? "null") as ChildStart | null;
    if (hello === null) throw new WorkerError("found no greeting, expected to be started by pila");
    const meter = new Meter(hello.worker, hello.tracing);
    meter.end("spawn", "child", hello.requestedSeconds);
    work(new Channel<Task>(meter, readLine));
    writeFrame(FRAME.report, meter.report());
  } catch (error) {
    process.exitCode = 1;
    try {
      writeFrame(FRAME.error, toPlainError(error));
    } catch (failure) {
      // The parent is gone: it was killed, or never wanted this child. Nobody is left to read it.
      if ((failure as NodeJS.ErrnoException).code !== "EPIPE") throw failure;
    }
  }
}

/** How a child speaks to its parent. All calls block: a child does one thing after the other. */
class Channel<Task> {
  readonly meter: Meter;
  readonly #readLine: () => string | undefined;
  readonly #tasks: Task[] = [];
  #noMoreTasks = false;
  #layout = { slots: 0, slotBytes: 0 };
  #free = 0;
  #slot = 0;

  constructor(meter: Meter, readLine: () => string | undefined) {
    this.meter = meter;
    this.#readLine = readLine;
  }

  /** The next task; undefined when none follows. */
  next(): Task | undefined {
    const start = this.meter.start();
    while (this.#tasks.length === 0 && !this.#noMoreTasks) this.#receive();
    this.meter.end("wait", "task", start);
    return this.#tasks.shift();
  }

  /** Hands raw bytes to the parent; waits while all slots of the shared file are taken. */
  send(item: number, bytes: Uint8Array): void {
    const waiting = this.meter.since();
    while (this.#free === 0) this.#receive();
    const start = this.meter.end("wait", "free slot", waiting);
    writeShared(CHILD_FILES.shared, bytes, this.#slot * this.#layout.slotBytes);
    this.#slot = (this.#slot + 1) % this.#layout.slots;
    this.#free -= 1;
    writeAll(CHILD_FILES.frames, frameHeader(FRAME.data, item, bytes.length));
    this.meter.end("send", `item ${item}`, start, bytes.length);
  }

  #receive(): void {
    const line = this.#readLine();
    if (line === undefined) throw new WorkerError("found that the parent is gone, expected its next word");
    const message = JSON.parse(line) as ParentMessage<Task>;
    if ("task" in message) this.#tasks.push(message.task);
    else if ("taken" in message) this.#free += message.taken;
    else if ("slots" in message) {
      this.#layout = message;
      this.#free = message.slots;
    } else this.#noMoreTasks = true;
  }
}

/** Sends a frame whose content, as JSON, travels in the stream. */
function writeFrame(kind: FrameKind, content: unknown): void {
  const text = Buffer.from(JSON.stringify(content));
  writeAll(CHILD_FILES.frames, frameHeader(kind, 0, text.length));
  writeAll(CHILD_FILES.frames, text);
}

/** Lines of the input, read as they come. */
function lineReader(): () => string | undefined {
  const chunk = Buffer.alloc(65536);
  let pending = "";
  return () => {
    for (;;) {
      const end = pending.indexOf("\n");
      if (end >= 0) {
        const line = pending.slice(0, end);
        pending = pending.slice(end + 1);
        return line;
      }
      const got = readSync(CHILD_FILES.input, chunk, 0, chunk.length, null);
      if (got === 0) return undefined;
      pending += chunk.toString("utf8", 0, got);
    }
  };
}
