// What notebooks and programs import from "pila": `import { openSlcStack, … } from "pila"`.

export { linkStack } from "../data-prep/link";
export { simulateStack } from "../data-prep/simulate";
export { type Backend, backends, findBackend } from "./backends/registry";
export * from "./core/errors";
export type { Looks, NoData, Raster, Scene, Shape, Stack, Window } from "./core/raster";
export type { EnvRecord, Phase, RunRecord, Span, SpanRecord } from "./core/records";
export { type FoundScene, findScenes, openIntensityStack, openSlcStack } from "./io/folders";
export { readPlane } from "./io/rows";
export {
  cellSignal,
  drawingHtml,
  frameHtml,
  lastRun,
  measureSession,
  type NotebookSession,
  notebookParameters,
  type PilaRun,
  progressHtml,
  quicklookHtml,
  runPila,
  stackFolder,
  writeText,
} from "./notebook";
export { fused } from "./pipeline/fused";
export { inspectStack } from "./pipeline/inspect";
export { planeQuicklook, type Quicklook, slcQuicklook } from "./pipeline/picture";
export { prepare } from "./pipeline/prepare";
export { type Comparison, verifyPlanes } from "./pipeline/verify";
export { readSession } from "./records/runFolder";
export { tableFrame, timingsFrame, toDataFrame } from "./report/dataFrame";
export { claimsHtml, FIGURE_IDS, figureHtml, figuresHtml, informeMarkdown } from "./report/informe";
export { powerHistogram } from "./report/powerHistogram";
export { type ReportData, readReportData } from "./report/reportData";
