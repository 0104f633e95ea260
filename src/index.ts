// What notebooks and programs import from "pila": `import { openSlcStack, … } from "pila"`.

export { linkStack } from "../data-prep/link";
export { simulateStack } from "../data-prep/simulate";
export type { Backend } from "./backends/backend";
export { BACKENDS, findBackend } from "./backends/registry";
export * from "./core/errors";
export type { Looks, NoData, Raster, Shape, Window } from "./core/raster";
export type { EnvRecord, Phase, RunRecord, Span, SpanRecord } from "./core/records";
export type { Scene, Stack } from "./core/stack";
export { openIntensityStack } from "./io/intensityFolder";
export { readPlane } from "./io/readPlane";
export { type FoundScene, findScenes, openSlcStack } from "./io/slcFolder";
export { measureSession, type NotebookSession } from "./notebook/measure";
export { notebookParameters, stackFolder } from "./notebook/parameters";
export { lastRun } from "./notebook/runFolders";
export { cellSignal, type PilaRun, runPila } from "./notebook/runPila";
export { drawingHtml, frameHtml, progressHtml, quicklookHtml, writeText } from "./notebook/show";
export { fused } from "./pipeline/fused";
export { inspectStack } from "./pipeline/inspectStack";
export { prepare } from "./pipeline/prepare";
export { planeQuicklook, type Quicklook, slcQuicklook } from "./pipeline/quicklook";
export { type Comparison, verifyPlanes } from "./pipeline/verify";
export { readSession } from "./records/runFolder";
export { tableFrame, timingsFrame, toDataFrame } from "./report/dataFrame";
export { claimsHtml, FIGURE_IDS, figureHtml, figuresHtml, informeMarkdown } from "./report/informe";
export { powerHistogram } from "./report/powerHistogram";
export { type ReportData, readReportData } from "./report/reportData";
