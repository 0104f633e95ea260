"use strict";
const { existsSync } = require("node:fs");
const path = require("node:path");

/** The launcher changes private parts of tslab, which hold for this version only. */
const PINNED = "1.0.22";

/** First folder from `start` upwards that holds node_modules/tslab. */
function findRoot(start) {
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "node_modules/tslab/package.json"))) return folder;
    if (folder === path.dirname(folder)) {
      throw new Error(`no node_modules/tslab above ${start}; run npm run setup`);
    }
  }
}

/**
 * The private classes of the pinned tslab, the folder it was found in and its versions.
 * @throws Error tslab is missing, or is not the version this launcher was written for
 */
function loadTslab(start) {
  const root = findRoot(start);
  const tslab = path.join(root, "node_modules/tslab");
  const { version } = require(path.join(tslab, "package.json"));
  if (version !== PINNED) {
    throw new Error(`${tslab}: tslab ${version}, the kernel of pila is made for ${PINNED}; run npm ci`);
  }
  const part = (name) => require(path.join(tslab, "dist", name));
  const { ZmqServer, JupyterHandlerImpl } = part("jupyter.js");
  const { TaskQueue } = part("util.js");
  const { startKernel } = part("main.js");
  const { typescript } = part("public.js").versions;
  return { root, version, typescript, ZmqServer, JupyterHandlerImpl, TaskQueue, startKernel };
}

module.exports = { loadTslab };
