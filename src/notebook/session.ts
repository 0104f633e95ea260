import { relative } from "node:path";
import { keepMaps } from "../bench/maps";
import { childEnvironment, pilaCommand, runChild } from "../bench/process";
import type { Progress, StopReason } from "../bench/protocol";
import { type BenchOptions, type BenchResult, runBench } from "../bench/session";
import type { RunUsage } from "../core/records";
import { writeWholeFile } from "../io/outputFile";
import { escapeXml } from "../report/html";
import type { MimeBundle } from "./display";

/** Under these symbols the kernel keeps what belongs to the running cell: its signal, and a display that is drawn over. */
const CELL_SIGNAL = Symbol.for("pila.cellSignal");
const CELL_DISPLAY = Symbol.for("pila.cellDisplay");
const cell = globalThis as {
  readonly [CELL_SIGNAL]?: AbortSignal;
  readonly [CELL_DISPLAY]?: (bundle: MimeBundle) => void;
};

/**
 * The signal of the running cell; undefined outside the kernel.
 * @returns aborted when the cell is stopped
 */
export function cellSignal(): AbortSignal | undefined {
  return cell[CELL_SIGNAL];
}

/**
 * Measures a session from a cell, under a bar of progress; stopping the cell keeps what was measured. The run folder is
 * left as `pila bench` leaves it: records and maps, no crops.
 * @param session data, backends, workers, blocks, dates, crops, looks, cache, peers and where the run folder goes: the
 * options of `pila bench`
 * @returns the run folder, its runs, and what ended the session: `blocks`, `precision`, `budget` or `interrupted`
 * @throws UsageError options that contradict each other or the data
 * @throws BackendError the preparation failed (a failing run is a record, not an error)
 * @throws RecordError a folder to resume is broken, or of another machine, other data or other software
 */
export async function measureSession(
  session: Omit<BenchOptions, "commandLine" | "signal">,
): Promise<BenchResult> {
  const signal = cellSignal();
  const onProgress = session.onProgress ?? showProgress();
  const result = await runBench({ ...session, commandLine: ["notebook"], onProgress, signal });
  await keepMaps(result, signal);
  const place = relative("", result.folder);
  tell(`<p>${result.runs.length} corridas en ${escapeXml(place)}: ${ENDINGS[result.stopped]}.</p>`);
  return result;
}

const ENDINGS: Readonly<Record<StopReason, string>> = {
  blocks: "se hicieron todos los bloques",
  precision: "los intervalos ya eran angostos",
  budget: "se acabó el tiempo pedido, y lo medido vale",
  interrupted: "se paró, y lo medido vale",
};

/** Draws over what the display of the running cell shows; nothing outside the kernel. */
function tell(html: string): void {
  cell[CELL_DISPLAY]?.({ "text/plain": html.replace(/<[^>]+>/g, ""), "text/html": html });
}

/** A browser is sent no more than so many states a second. */
const STATES_A_SECOND = 5;

function showProgress(): (event: Progress) => void {
  let shownAt = 0;
  return ({ done, total, label, remainingSeconds }) => {
    const now = Date.now();
    if (now - shownAt < 1000 / STATES_A_SECOND) return;
    shownAt = now;
    const left = `faltan unos ${Math.ceil(remainingSeconds)} s (${escapeXml(label)})`;
    const bar = `<progress value="${done}" max="${total}" aria-label="avance"></progress>`;
    tell(`<p>${bar} ${done} de ${total} corridas, ${left}</p>`);
  };
}

/** What one run of the command line told about itself, and how long the whole process took. */
export interface PilaRun {
  readonly command: string;
  /** Wall seconds of the whole process, from before it was started until its outputs were in place. */
  readonly wallSeconds: number;
  readonly workers: number;
  readonly dates: readonly string[];
  readonly usage: RunUsage;
}

/**
 * Runs `pila …words --json` as a process of its own, in the environment of the bench; it ends with the cell.
 * @param words what would be typed after `pila`
 * @returns what the command printed, and the wall seconds of its whole process
 * @throws WorkerError the command failed; the message ends with its own words
 * @throws BackendError the command is not linked; run npm run setup
 */
export async function runPila(...words: readonly string[]): Promise<PilaRun> {
  const start = performance.now();
  const stdout = await runChild([...pilaCommand(), ...words, "--json", "--quiet"], {
    env: childEnvironment(),
    signal: cellSignal(),
  });
  const wallSeconds = (performance.now() - start) / 1000;
  return { ...(JSON.parse(stdout) as PilaRun), wallSeconds };
}

/**
 * Writes a text file whole; nothing when no path is named.
 * @param path of the file; its folder is made
 * @param text its content
 */
export function writeText(path: string | null, text: string): void {
  if (path !== null) writeWholeFile(path, text);
}
