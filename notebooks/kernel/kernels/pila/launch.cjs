"use strict";
// The Jupyter kernel of pila: the pinned tslab, with whole output, real errors, true busy and idle,
// an interrupt that works and an end that leaves nobody behind. One concern, one file of launcher/.
const { loadTslab } = require("./launcher/tslab.cjs");
const { keepEveryMessage } = require("./launcher/output.cjs");
const { collectProblems, resetQueueAtOnce } = require("./launcher/errors.cjs");
const { reportStatus } = require("./launcher/status.cjs");
const { answerRequests, describeKernel } = require("./launcher/requests.cjs");
const { executeCells } = require("./launcher/execute.cjs");
const { stopCellOnInterrupt } = require("./launcher/interrupt.cjs");
const { endCleanly } = require("./launcher/ending.cjs");

const { root, version, typescript, ZmqServer, JupyterHandlerImpl, TaskQueue, startKernel } =
  loadTslab(__dirname);

process.env.NB_DIR = process.cwd();
process.chdir(root);

const server = ZmqServer.prototype;
const handler = JupyterHandlerImpl.prototype;
keepEveryMessage(server);
resetQueueAtOnce(TaskQueue.prototype);
reportStatus(server);
answerRequests(server);
describeKernel(handler, { version, typescript });
executeCells(server, handler);
endCleanly(server);
stopCellOnInterrupt();

const configPath = process.argv[process.argv.indexOf("--config-path") + 1];
collectProblems(() => startKernel({ configPath, enableFindLocal: false }));
