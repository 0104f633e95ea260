#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What `headStarts` of the backends says, put in by the build: asking it here would load them all. */
declare const HEAD_STARTS: Parameters<typeof import("./parallel/headStart").startAhead>[2] | undefined;

const words = process.argv.slice(2);

// The version alone needs nothing else: it answers as fast as Node starts.
if (words[0] === "--version") {
  const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as {
    version: string;
  };
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(141);
    const { namedError } = require("./core/errors") as typeof import("./core/errors");
    const { name, message } = namedError(error, "standard output") as Error;
    process.stderr.write(`pila: ${name}: ${message}\n`);
    process.exit(1);
  });
  process.stdout.write(`${version}\n`);
} else {
  require("./codeCache");
  const { startAhead } = require("./parallel/headStart") as typeof import("./parallel/headStart");
  if (typeof HEAD_STARTS !== "undefined") startAhead(words, __dirname, HEAD_STARTS);
  const { main } = require("./main") as typeof import("./main");
  void main(words).then((code) => process.exit(code));
}
