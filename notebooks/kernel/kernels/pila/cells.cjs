"use strict";
// One cell from its turn to its end: what it shows, what it threw, also late and with the line of its source, and how an
// interrupt stops it.
const { setImmediate: nextTurn, setTimeout: wait } = require("node:timers/promises");
const util = require("node:util");
const { beginCode, excerpt, excerptOfRunning, findFrame } = require("./code.cjs");
const { beginCell, endCell, joinStreams } = require("./messages.cjs");

/** What the running cell threw so far; what comes between two cells counts for the next one. */
let problems = [];
/** The last value of the running cell on its way to the page. */
let showing = null;
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
      const bundle = await showing;
      if (bundle !== null) request.show(bundle, this.execCount);
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
      showing = null;
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
      beginCode(execution_count, message.content.code);
      globalThis[LIVE] = liveDisplay(display, execution_count);
      send("execute_input", { code: message.content.code, execution_count });
    },
    show: (data, execution_count) => {
      flush();
      send("execute_result", { data, metadata: {}, execution_count });
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

/** Under this name a cell finds one display of its own: called again with a MIME bundle, it is drawn over. */
const LIVE = Symbol.for("pila.cellDisplay");

function liveDisplay(display, count) {
  let drawn = false;
  return (data) => {
    display({ data, metadata: {}, transient: { display_id: `pila-${process.pid}-${count}` } }, drawn);
    drawn = true;
  };
}

/** Cells that were sent before an error may still arrive this long after it. */
const STALE_MILLISECONDS = 200;
/** tslab prints TypeScript diagnostics with this format. */
const DIAGNOSTIC = "%s%d:%d - %s";
/** Stack lines of the kernel and of Node say nothing about the cell. */
const FOREIGN_FRAME = /^\s+at .*(\(?node:|[\\/]tslab[\\/]dist[\\/]|[\\/]kernels[\\/]pila[\\/])/;

/**
 * The stack with places in the source of cells, the innermost with its line, under the name the error has now: V8 writes
 * "Error" where a class sets its name as a field, and Node puts a line of compiled code before the stack.
 */
function stackOf(error) {
  const stack = (error.stack ?? String(error)).replace(/^\S+:\d+\n.*\n *\^+\n\n/, "");
  const named = stack.startsWith(`Error: ${error.message}`)
    ? stack.replace("Error", () => error.name)
    : stack;
  const lines = named.split("\n");
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  if (first === -1) return named;
  const frames = lines.slice(first).map((line) => ({ line, ...findFrame(line) }));
  const innermost = frames.find(({ place }) => place != null)?.place;
  return [
    ...lines.slice(0, first),
    ...(innermost === undefined ? [] : excerpt(innermost)),
    // What is in a cell and not in its source is tslab's call of it.
    ...frames.flatMap(({ line, text, place }) => {
      if (text === undefined) return [line];
      return place === null
        ? []
        : [line.replace(text, `celda [${place.count}]:${place.line}:${place.column}`)];
    }),
  ].join("\n");
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

function noteDiagnostic(format, file, line, column, message) {
  const evalue = util.format(format, file, line, column, message);
  const place = file === "" ? ["", ...excerptOfRunning(line, column)].join("\n") : "";
  problems.push({ ename: "TypeScriptError", evalue, text: `TypeScriptError: ${evalue}${place}` });
}

/**
 * Starts the kernel so that the last value of a cell is shown by `bundleOf`, and every error, also a late one, is kept
 * for the cell. tslab keeps the console it finds at its start: `log` gets last values and nothing else, `error` what a
 * cell throws and what TypeScript says.
 */
function startWithValues(start, bundleOf) {
  const { error, log } = console;
  console.log = (value) => {
    showing = bundleOf(value);
    // Its failure is the cell's, when that is awaited.
    showing.catch(() => {});
  };
  console.error = (...parts) => {
    if (parts[0] === DIAGNOSTIC) noteDiagnostic(...parts);
    else noteThrown(parts[0]);
  };
  try {
    start();
  } finally {
    console.error = error;
    console.log = log;
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
    const evalue = "la celda se detuvo";
    return { ename: "Interrupted", evalue, traceback: [`Interrupted: ${evalue}`] };
  }
  const lines = found.flatMap((problem) => problem.text.split("\n"));
  return {
    ename: main?.ename ?? "Error",
    evalue: main?.evalue ?? "la celda falló sin decir por qué",
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

module.exports = { executeCells, startWithValues, stopCellOnInterrupt };
