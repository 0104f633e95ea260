#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";

const words = process.argv.slice(2);

// The version alone needs nothing else: it answers as fast as Node starts.
if (words[0] === "--version") {
  const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as {
    version: string;
  };
  process.stdout.write(`${version}\n`);
} else {
  require("./codeCache");
  const { startAhead } = require("./parallel/headStart") as typeof import("./parallel/headStart");
  const { workersWanted } = require("./workersWanted") as typeof import("./workersWanted");
  const wanted = workersWanted(words);
  if (wanted !== null) startAhead(wanted.starter, join(__dirname, wanted.program), wanted.count);
  const { main } = require("./main") as typeof import("./main");
  void main(words).then((code) => process.exit(code));
}
