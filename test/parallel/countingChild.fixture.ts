// Sends as many payloads as each task says, filled with their number; one of a negative count fails instead.
import { ShapeError } from "../../src/core/errors";
import { serveChild } from "../../src/parallel/childEntry";
import type { CountingTask } from "./childPool.test";

serveChild<CountingTask>((channel) => {
  let sent = 0;
  for (let task = channel.next(); task !== undefined; task = channel.next()) {
    if (task.payloads < 0) throw new ShapeError("found fewer than none, expected a count");
    if (task.payloads > 1e6) process.kill(process.pid, "SIGKILL");
    for (let i = 0; i < task.payloads; i++) {
      channel.send(sent, new Uint8Array(task.bytes - (i % 3)).fill(sent % 251));
      sent++;
    }
  }
});
