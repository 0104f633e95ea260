"use strict";

/** Under this name a cell finds an AbortSignal: pass it to spawn or to pila and Interrupt reaches what it started. */
const SIGNAL = Symbol.for("pila.cellSignal");

let stop = new AbortController();

/** A signal of its own for each cell. */
function renewSignal() {
  stop = new AbortController();
  globalThis[SIGNAL] = stop.signal;
}

function wasStopped() {
  return stop.signal.aborted;
}

/** SIGINT ends a synchronous loop by vm's breakOnSigint, an awaited promise by tslab, and the rest by the signal. */
function stopCellOnInterrupt() {
  process.on("SIGINT", () => stop.abort(new Error("Interrupted")));
}

module.exports = { renewSignal, wasStopped, stopCellOnInterrupt };
