"use strict";

/** Time for the shutdown reply to leave. */
const REPLY_MILLISECONDS = 100;
const PARENT_CHECK_MILLISECONDS = 1000;

/** Jupyter starts the kernel as leader of a process group: what its cells started ends with it. */
function endChildren() {
  process.on("SIGTERM", () => {});
  try {
    process.kill(-process.pid, "SIGTERM");
  } catch {
    // Started by hand, the kernel leads no group and has nobody to take along.
  }
}

/** Ends on a shutdown request, on SIGTERM and when the Jupyter server is gone; never without its children. */
function endCleanly(server) {
  const end = () => process.exit(0);
  process.on("exit", endChildren);
  process.on("SIGTERM", end);
  server.close = function () {
    this.handler.close();
    setTimeout(end, REPLY_MILLISECONDS);
  };
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, PARENT_CHECK_MILLISECONDS).unref();
}

module.exports = { endCleanly };
