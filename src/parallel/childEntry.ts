import { readSync, writeSync } from "node:fs";
import { toPlainError, WorkerError } from "../core/errors";
import type { ChildStart } from "./childPool";
import { FRAME, type FrameKind, frameHeader } from "./frames";
import { Meter } from "./meter";

const INPUT = 0;
const OUTPUT = 3;

/** How a child of a `ChildPool` speaks to its parent. All calls block: a child does one thing after the other. */
export interface ChildChannel<Task> {
  readonly meter: Meter;
  /** The next task; undefined when none follows. */
  next(): Task | undefined;
  /** Sends raw bytes. */
  send(item: number, bytes: Uint8Array): void;
}

/** Runs a child process: reads its greeting, works, reports. An error is sent whole and ends the child with code 1. */
export function serveChild<Task>(work: (channel: ChildChannel<Task>) => void): void {
  try {
    const readLine = lineReader();
    const hello = JSON.parse(readLine() ?? "null") as ChildStart | null;
    if (hello === null) throw new WorkerError("found no greeting, expected to be started by pila");
    const meter = new Meter(hello.worker, hello.tracing);
    meter.end("spawn", "child", hello.requestedSeconds);
    work({
      meter,
      next: () => {
        const start = meter.start();
        const line = readLine();
        meter.end("wait", "task", start);
        return line === undefined ? undefined : (JSON.parse(line) as Task);
      },
      send: (item, bytes) => {
        const start = meter.start();
        writeFrame(FRAME.data, item, bytes);
        meter.end("send", `item ${item}`, start, bytes.length);
      },
    });
    writeFrame(FRAME.report, 0, Buffer.from(JSON.stringify(meter.report())));
  } catch (error) {
    writeFrame(FRAME.error, 0, Buffer.from(JSON.stringify(toPlainError(error))));
    process.exitCode = 1;
  }
}

function writeFrame(kind: FrameKind, item: number, payload: Uint8Array): void {
  writeBlocking(frameHeader(kind, item, payload.length));
  writeBlocking(payload);
}

function writeBlocking(bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(OUTPUT, bytes, done, bytes.length - done);
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
      const got = readSync(INPUT, chunk, 0, chunk.length, null);
      if (got === 0) return undefined;
      pending += chunk.toString("utf8", 0, got);
    }
  };
}
