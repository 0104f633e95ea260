#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";

// The version alone needs nothing else: it answers as fast as Node starts.
if (process.argv[2] === "--version") {
  const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as {
    version: string;
  };
  process.stdout.write(`${version}\n`);
} else {
  const { main } = require("./main") as typeof import("./main");
  void main(process.argv.slice(2)).then((code) => process.exit(code));
}
