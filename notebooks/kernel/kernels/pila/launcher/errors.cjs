"use strict";
const util = require("node:util");

/** Cells that were sent before an error may still arrive this long after it. */
const STALE_MILLISECONDS = 200;
/** tslab prints TypeScript diagnostics with this format. */
const DIAGNOSTIC = "%s%d:%d - %s";
/** Stack lines of the kernel and of Node say nothing about the cell. */
const FOREIGN_FRAME = /^\s+at .*(\(?node:|[\\/]tslab[\\/]dist[\\/]|[\\/]kernels[\\/]pila[\\/]launch)/;

let problems = [];
let failedAt = 0;

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
 * Starts the kernel so that every error of a cell, also a late one, is kept for `takeProblems`.
 * tslab keeps the console.error it finds at its start and sends there what a cell throws and what TypeScript says.
 */
function collectProblems(start) {
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

/** Problems since the last call; those between two cells count for the next one. */
function takeProblems() {
  const taken = problems;
  problems = [];
  return taken;
}

function hasProblems() {
  return problems.length > 0;
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

module.exports = {
  collectProblems,
  noteThrown,
  takeProblems,
  hasProblems,
  resetQueueAtOnce,
  isStale,
  describeFailure,
};
