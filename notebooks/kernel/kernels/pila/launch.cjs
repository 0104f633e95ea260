"use strict";
// The Jupyter kernel of pila: the pinned tslab, with whole output and true busy and idle (messages.cjs), cells
// that are compiled to be traced (code.cjs), last values that are drawn, real errors and an interrupt that works (cells.cjs),
// and an end that leaves nobody behind.
const { existsSync } = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");
const { executeCells, startWithValues, stopCellOnInterrupt } = require("./cells.cjs");
const { keepImports, traceCells } = require("./code.cjs");
const {
  answerRequests,
  describeKernel,
  ignoreStrangers,
  keepEveryMessage,
  reportStatus,
} = require("./messages.cjs");

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
  const fromTslab = createRequire(path.join(tslab, "dist/main.js"));
  const compiler = "@tslab/typescript-for-tslab";
  const typescriptModule = fromTslab(compiler);
  require.cache[fromTslab.resolve(compiler)].exports = traceCells(typescriptModule);
  const part = (name) => fromTslab(`./${name}`);
  keepImports(part("converter.js"), typescriptModule);
  const { ZmqServer, JupyterHandlerImpl } = part("jupyter.js");
  const { TaskQueue } = part("util.js");
  const { startKernel } = part("main.js");
  const { typescript } = part("public.js").versions;
  const { Reply } = fromTslab("zeromq");
  return { root, version, typescript, ZmqServer, JupyterHandlerImpl, TaskQueue, startKernel, Reply };
}

/**
 * The drawing board of charts: `Plot.plot({ document, … })`. No `window`: libraries take whoever has one for a browser.
 */
function offerDocument(root) {
  const board = () => {
    const { JSDOM } = require(path.join(root, "node_modules/jsdom"));
    const { document } = new JSDOM("").window;
    Object.defineProperty(globalThis, "document", { value: document, configurable: true, writable: true });
    return document;
  };
  Object.defineProperty(globalThis, "document", { get: board, configurable: true });
}

/** How a value is shown: pila's own way, loaded with the first one. */
function bundleOf(value) {
  return Promise.resolve().then(() =>
    require(path.join(root, "dist/src/notebook/display.js")).bundleOf(value),
  );
}

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

const { root, version, typescript, ZmqServer, JupyterHandlerImpl, TaskQueue, startKernel, Reply } =
  loadTslab(__dirname);

process.env.NB_DIR = process.cwd();
process.chdir(root);

const server = ZmqServer.prototype;
const handler = JupyterHandlerImpl.prototype;
keepEveryMessage(server);
reportStatus(server);
answerRequests(server);
ignoreStrangers(server, Reply);
describeKernel(handler, { version, typescript });
executeCells(server, handler, TaskQueue.prototype);
endCleanly(server);
stopCellOnInterrupt();
offerDocument(root);

const configPath = process.argv[process.argv.indexOf("--config-path") + 1];
startWithValues(() => startKernel({ configPath, enableFindLocal: false }), bundleOf);
