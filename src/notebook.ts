import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { linkStack } from "../data-prep/link";
import { simulateStack } from "../data-prep/simulate";
import { childEnvironment, pilaCommand, runChild } from "./bench/process";
import { type BenchOptions, type BenchResult, runBench } from "./bench/session";
import { RecordError } from "./core/errors";
import type { RunUsage } from "./core/records";
import { writeWholeFile } from "./io/outputFile";
import type { Quicklook } from "./pipeline/picture";
import type { DataFrame } from "./report/dataFrame";
import { escapeXml } from "./report/html";

/**
 * Parameters of a notebook: what the cell says, unless the JSON file named by PILA_NOTEBOOK_PARAMETERS, for a notebook that
 * is executed without a person, says otherwise.
 * @param defaults what the cell says
 * @returns them, with the values of the file in their places
 */
export function notebookParameters<T extends object>(defaults: T): T {
  const path = process.env.PILA_NOTEBOOK_PARAMETERS;
  if (path === undefined) return defaults;
  return { ...defaults, ...(JSON.parse(readFileSync(path, "utf8")) as Partial<T>) };
}

/**
 * A flat folder of the SLC of a tree; where there is no tree yet, a small synthetic stack is made there (4 dates of
 * 1024 x 1024, 32 MB).
 * @param tree folder of a stack, one folder a date
 * @returns the folder of links
 * @throws FormatError a tree that cannot be linked: see `linkStack`
 */
export async function stackFolder(tree: string): Promise<string> {
  const flat = `${tree.replace(/\/$/, "")}-slc`;
  if (!existsSync(tree)) {
    await simulateStack({ tree, dates: 4, shape: { azimuth: 1024, range: 1024 }, seed: 1 });
  }
  linkStack(tree, flat);
  return flat;
}

/**
 * Measures a session from a cell; stopping the cell keeps what was measured.
 * @param session data, backends, workers, blocks, and where the run folder goes: the options of `pila bench`
 * @returns the run folder, its runs, and what ended the session: `blocks`, `precision`, `budget` or `interrupted`
 * @throws UsageError options that contradict each other or the data
 * @throws BackendError the preparation failed (a failing run is a record, not an error)
 * @throws RecordError a folder to resume is broken, or of another machine, other data or other software
 */
export async function measureSession(
  session: Omit<BenchOptions, "commandLine" | "signal">,
): Promise<BenchResult> {
  return await runBench({ ...session, commandLine: ["notebook"], signal: cellSignal() });
}

/**
 * The newest run folder below `reports/runs`.
 * @param folder where the run folders stand
 * @returns its path
 * @throws RecordError there is none yet
 */
export function lastRun(folder = "reports/runs"): string {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const newest = names.filter((name) => existsSync(join(folder, name, "runs.jsonl"))).at(-1);
  if (newest !== undefined) return join(folder, newest);
  const message = `${folder}: found no run folder, expected one; measure in 03-rendimiento or by pila bench`;
  throw new RecordError(message, { path: folder });
}

/** Under this symbol the kernel keeps the signal that is aborted when the running cell is stopped. */
const CELL_SIGNAL = Symbol.for("pila.cellSignal");

/**
 * The signal of the running cell; undefined outside the kernel.
 * @returns aborted when the cell is stopped
 */
export function cellSignal(): AbortSignal | undefined {
  return (globalThis as { [CELL_SIGNAL]?: AbortSignal })[CELL_SIGNAL];
}

/** What one run of the command line told about itself, and how long the whole process took. */
interface PilaRun {
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
 * A frame as an HTML table with a caption; numbers with at most four decimals.
 * @param frame a table such as `toDataFrame` makes
 * @param caption plain text above it
 * @returns a `<table>`, every text escaped
 */
export function frameHtml(frame: DataFrame, caption: string): string {
  const cell = (value: unknown): string =>
    typeof value === "number" && !Number.isInteger(value) ? value.toFixed(4) : String(value);
  const head = frame.columns.map((name: string) => `<th scope="col">${escapeXml(name)}</th>`).join("");
  const body = (frame.values as unknown[][])
    .map((row) => `<tr>${row.map((value) => `<td>${escapeXml(cell(value))}</td>`).join("")}</tr>`)
    .join("\n");
  return [
    `<table class="dataframe"><caption>${escapeXml(caption)}</caption>`,
    `<thead><tr>${head}</tr></thead><tbody>`,
    body,
    "</tbody></table>",
  ].join("\n");
}

/**
 * A bar of progress, for `newDisplay().html()`.
 * @param done how many are done
 * @param total of how many; 0 is 0 %
 * @param label plain text behind the numbers
 * @returns a `<p>` with a `<progress>`
 */
export function progressHtml(done: number, total: number, label: string): string {
  const percent = total === 0 ? 0 : Math.round((100 * done) / total);
  const bar = `<progress value="${done}" max="${total}" aria-label="${escapeXml(label)}"></progress>`;
  return `<p>${bar} ${percent} % (${done} / ${total}) ${escapeXml(label)}</p>`;
}

/**
 * A quicklook as a figure; `alt` says what there is to see.
 * @param quicklook what `slcQuicklook` or `planeQuicklook` made
 * @param alt plain text for those who do not see the picture
 * @returns a `<figure>` with the PNG inside
 */
export function quicklookHtml(quicklook: Quicklook, alt: string): string {
  const uri = `data:image/png;base64,${Buffer.from(quicklook.png).toString("base64")}`;
  return `<figure><img src="${uri}" alt="${escapeXml(alt)}"><figcaption>${escapeXml(quicklook.description)}</figcaption></figure>`;
}

/**
 * Writes a text file whole; nothing when no path is named.
 * @param path of the file; its folder is made
 * @param text its content
 */
export function writeText(path: string | null, text: string): void {
  if (path !== null) writeWholeFile(path, text);
}
