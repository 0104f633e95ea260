import { threadId } from "node:worker_threads";
import { FormatError } from "../../src/core/errors";
import { serveThread } from "../../src/parallel/threads";

/** What a thread of the tests is told to do. */
export type FaultyTask = "count" | "exit" | "throw" | "wait";

serveThread<FaultyTask>((task, meter) => {
  if (task === "exit") process.exit(3);
  if (task === "throw") throw new FormatError("d.tif: found the end of the file", { path: "d.tif" });
  if (task === "wait") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  meter.bytesRead += 1000 * meter.worker + (threadId > 0 ? 1 : 0);
});
