// Preloaded by --require: a process says at its end how much memory it held at most, in bytes, on stderr.
import { isMainThread } from "node:worker_threads";

if (isMainThread) {
  process.on("exit", () => process.stderr.write(`peak ${1024 * process.resourceUsage().maxRSS}\n`));
}
