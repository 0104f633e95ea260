"use strict";
// One cell from its turn to its end: what it threw, also late, and how an interrupt stops it.
const { setImmediate: nextTurn, setTimeout: wait } = require("node:timers/promises");
const util = require("node:util");
const { beginCell, endCell, joinStreams } = require("./messages.cjs");

/** What the running cell threw so far; what comes between two cells counts for the next one. */
let problems = [];
/** When the last cell failed [ms since 1970]. */
let failedAt = 0;
/** Stops the running cell. */
let stop = new AbortController();

/** Puts turns, cells and the queue after an error in place of tslab's own. */
function executeCells(server, handler, queue) {
  runInTurn(handler);
  server.handleExecute = executeCell;
  resetQueueAtOnce(queue);
}

/** Rejections nobody awaits and errors of the next turn are seen within this time. */
const LATE_MILLISECONDS = 5;

/** What tslab does when the turn of a cell comes: here between the busy and the verdict. */
function runInTurn(handler) {
  const { handleExecuteImpl } = handler;
  handler.handleExecuteImpl = async function (request, ...streams) {
    try {
      // The reply and the idle of the cell before leave first.
      await nextTurn();
      request.begin(this.execCount + 1);
      renewSignal();
      const count = await handleExecuteImpl.call(this, request, ...streams);
      await wait(LATE_MILLISECONDS);
      // tslab takes a thrown count as a failed cell.
      if (problems.length > 0) throw count;
      return count;
    } catch (reason) {
      // An Error is thrown by tslab itself, which would only print it.
      if (reason instanceof Error) noteThrown(reason);
      throw reason;
    } finally {
      request.end(describeFailure(problems, stop.signal.aborted));
      problems = [];
    }
  };
}

/** One cell from request to reply, with its input, whole output and, where it failed, an error message. */
async function executeCell(socket, message) {
  const send = (type, content, target = this.iopub) => {
    const reply = message.createReply();
    reply.header.msg_type = type;
    reply.content = content;
    reply.signAndSend(this.connInfo.key, target);
  };
  const { write, flush } = joinStreams((content) => send("stream", content));
  const display = (content, update) => {
    flush();
    send(update ? "update_display_data" : "display_data", content);
  };

  let failure = describeFailure([], false);
  const request = {
    ...message.content,
    begin: (execution_count) => {
      beginCell(this, message);
      send("execute_input", { code: message.content.code, execution_count });
    },
    end: (found) => {
      failure = found;
    },
  };

  const content = isStale(message.header)
    ? { status: "abort" }
    : await this.handler.handleExecute(request, write, display);
  flush();
  if (content.status === "abort") {
    content.status = "aborted";
    beginCell(this, message);
  }
  if (content.status === "error") {
    Object.assign(content, failure);
    send("error", failure);
  }
  endCell(message);
  send("execute_reply", content, socket);
}

/** Cells that were sent before an error may still arrive this long after it. */
const STALE_MILLISECONDS = 200;
/** tslab prints TypeScript diagnostics with this format. */
const DIAGNOSTIC = "%s%d:%d - %s";
/** Stack lines of the kernel and of Node say nothing about the cell. */
const FOREIGN_FRAME = /^\s+at .*(\(?node:|[\\/]tslab[\\/]dist[\\/]|[\\/]kernels[\\/]pila[\\/])/;

/** The stack, under the name the error has now: V8 writes "Error" where a class sets its name as a field. */
function stackOf(error) {
  const stack = error.stack ?? String(error);
  return stack.startsWith(`Error: ${error.message}`) ? stack.replace("Error", () => error.name) : stack;
}

/** Keeps one thrown value, Error or not. */
function noteThrown(value) {
  if (value instanceof Error) {
    const interrupted = value.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
    problems.push({
      ename: value.name,
      evalue: value.message,
      text: stackOf(value),
      isError: true,
      interrupted,
    });
    return;
  }
  const evalue = util.format(value);
  problems.push({ ename: "Thrown", evalue, text: `Thrown: ${evalue}` });
}

function noteDiagnostic(...parts) {
  const evalue = util.format(...parts);
  problems.push({ ename: "TypeScriptError", evalue, text: `TypeScriptError: ${evalue}` });
}

/**
 * Starts the kernel so that every error of a cell, also a late one, is kept for the cell.
 * tslab keeps the console.error it finds at its start and sends there what a cell throws and what TypeScript says.
 */
function startWithErrors(start) {
  const { error } = console;
  console.error = (...parts) => {
    if (parts[0] === DIAGNOSTIC) noteDiagnostic(...parts);
    else noteThrown(parts[0]);
  };
  try {
    start();
  } finally {
    console.error = error;
  }
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.removeAllListeners(event).on(event, noteThrown);
  }
}

/** Stock tslab drops every cell of the 200 ms after an error; here only those that were sent before it. */
function resetQueueAtOnce(queue) {
  const { reset } = queue;
  queue.reset = function () {
    failedAt = Date.now();
    reset.call(this);
  };
}

/** Was this cell sent before the last error, as the rest of a Run All is? */
function isStale(header) {
  return Date.parse(header.date) < failedAt && Date.now() - failedAt < STALE_MILLISECONDS;
}

/** Name, message and stack in Jupyter's words; a thrown Error goes before other problems. */
function describeFailure(found, stopped) {
  const main = found.find((problem) => problem.isError) ?? found[0];
  if (stopped || main?.interrupted) {
    const evalue = "the cell was stopped";
    return { ename: "Interrupted", evalue, traceback: [`Interrupted: ${evalue}`] };
  }
  const lines = found.flatMap((problem) => problem.text.split("\n"));
  return {
    ename: main?.ename ?? "Error",
    evalue: main?.evalue ?? "the cell failed and said nothing",
    traceback: lines.filter((line) => !FOREIGN_FRAME.test(line)),
  };
}

/** Under this name a cell finds an AbortSignal: pass it to spawn or to pila and Interrupt reaches what it started. */
const SIGNAL = Symbol.for("pila.cellSignal");

/** A signal of its own for each cell. */
function renewSignal() {
  stop = new AbortController();
  globalThis[SIGNAL] = stop.signal;
}

/** SIGINT ends a synchronous loop by vm's breakOnSigint, an awaited promise by tslab, and the rest by the signal. */
function stopCellOnInterrupt() {
  process.on("SIGINT", () => stop.abort(new Error("Interrupted")));
}

module.exports = { executeCells, startWithErrors, stopCellOnInterrupt };
