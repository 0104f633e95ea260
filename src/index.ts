// What notebooks and programs import from "pila": `import * as pila from "pila"`.

// Data
export { linkStack } from "../data-prep/link";
export { simulateStack } from "../data-prep/simulate";
// Backends and records
export { backends, findBackend } from "./backends/registry";
export { PilaError } from "./core/errors";
export { openIntensityStack, openSlcStack } from "./io/folders";
export { readPlane } from "./io/formats/intensity";
// Notebooks
export { cuaderno, notebookParameters } from "./notebook/cuaderno";
export { rows, runs, spans } from "./notebook/records";
export { cellSignal, measureSession, runPila, writeText } from "./notebook/session";
// Processing
export { fused } from "./pipeline/fused";
export { inspectStack } from "./pipeline/inspect";
export { planeQuicklook, slcQuicklook } from "./pipeline/picture";
export { prepare } from "./pipeline/prepare";
export { verifyPlanes } from "./pipeline/verify";
export { lastRun, readSession } from "./records/runFolder";
// Report
export { chart, informeMarkdown, section } from "./report/page";
export { readReportData } from "./report/reportData";
