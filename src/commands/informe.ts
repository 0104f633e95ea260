import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { linkStack } from "../../data-prep/link";
import { simulateIntensities, simulateStack } from "../../data-prep/simulate";
import { describeFolder } from "../bench/data";
import { packageRoot, runChild } from "../bench/process";
import type { BenchOptions } from "../bench/session";
import { BackendError, FormatError, UsageError } from "../core/errors";
import type { SlcChoice } from "../io/choose";
import { CROP_SUFFIX, readManifest } from "../io/manifest";
import { listFolder } from "../io/names";
import { OutputFile, placeTogether, writeWholeFile } from "../io/outputFile";
import { lockFolder, makeFolder } from "../io/workFolder";
import { readProcess } from "../parallel/processes";
import { readRunFile } from "../records/files";
import { readMaps } from "../records/maps";
import { readEnv, readSession } from "../records/runFolder";
import { quote } from "../report/commandLines";
import { type Arguments, type Command, type Context, parseChoice } from "./command";
import { measureSession, parseSessionOptions, SESSION_OPTIONS } from "./session";

export const command: Command = {
  positionals: [],
  options: {
    slc: {
      value: "TREE_OR_DIR",
      help: "your own stack; left out: one is simulated (kept under data-prep/build)",
    },
    run: { value: "RUN", help: "only rebuild the informe from a run folder" },
    quick: { help: "a small study: 1024x1024, 4 SLC, two sizes, 6 blocks" },
    ...SESSION_OPTIONS,
    "with-python": { help: "also measure the same work in Python (test/reference/python)" },
    lang: { value: "es|en", help: "language of the informe (default es)" },
    pdf: { help: "also print it to PDF (needs Chromium)" },
    out: { value: "HTML", help: "where the informe goes (default reports/informe.html)" },
  },
  notes:
    "Without data: one simulated scene at 8, 32 and 128 dates. With --slc: all dates, a quarter and a sixteenth of them.",
  examples: [
    "--quick",
    "--slc data/slc --crop 2048,2048,0,0 --budget 600",
    "--run reports/runs/mine --lang en --pdf",
  ],

  /** Data, measurement, maps, figures, notebook, HTML. */
  async run(args, context) {
    const lang = parseChoice("lang", args.text("lang"), ["es", "en"]);
    const out = resolve(args.text("out") ?? packagePath("reports/informe.html"));
    const given = args.text("run");
    const runFolder = given === undefined ? await measureRun(args, context) : requireRun(args, given);
    const beside = readRun(runFolder, dirname(out));
    for (const file of await exportInforme(runFolder, out, beside, lang, args.flag("pdf"), context))
      context.print(file);
  },
};

/** Measures the session of an informe, or the rest of one; returns its run folder. */
async function measureRun(args: Arguments, context: Context): Promise<string> {
  const options = parseSessionOptions(args);
  const ending = ["lang", "out"].flatMap((name) => {
    const text = args.text(name);
    return text === undefined ? [] : [` --${name} ${quote(text)}`];
  });
  if (args.flag("pdf")) ending.push(" --pdf");
  const goOn = (run: string): string => `pila informe --resume ${run}${ending.join("")}`;
  const isFresh = options.resume === undefined;
  const peers = isFresh && args.flag("with-python") ? await peerCommands(context) : [];
  const study = isFresh ? await chooseStudy(args, context) : storedStudy(args, options.resume!);
  context.tell(`informe: measuring ${study.data}`);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const { folder } = await measureSession("informe", { ...study, ...given, peers }, goOn, context);
  return folder;
}

async function chooseStudy(args: Arguments, context: Context): Promise<Study> {
  const slc = args.text("slc");
  const quick = args.flag("quick");
  const { choice } = parseSessionOptions(args);
  if (slc !== undefined) return ownStudy(slc, quick, choice);
  const fromSlc = ["crop", "crops", "looks", "nodata"].some((option) => args.flag(option));
  const folder = packagePath("data-prep/build");
  makeFolder(folder);
  const unlock = lockFolder(folder);
  try {
    return await simulatedStudy(folder, { quick, fromSlc }, context);
  } finally {
    unlock();
  }
}

/** @throws UsageError other data are named too */
function storedStudy(args: Arguments, run: string): Study {
  const clash = ["slc", "quick", "with-python"].find((option) => args.flag(option));
  if (clash === undefined) return { data: readEnv(run).dataset.path };
  throw new UsageError(
    `found --resume and --${clash}, expected one of them: the data are those of the run folder`,
  );
}

/** Data, and how much of them is measured. */
type Study = Pick<BenchOptions, "data" | "slc" | "dates" | "blocks" | "budgetSeconds">;

/**
 * Scenes of `side` x `side` samples of which `slcDates` are written as SLC; the levels are the first so many dates. From
 * few dates to many, so that what sharing costs at its start is seen to matter less and less. The budget is for machines
 * that are slow or busy: others end before it.
 */
const SCENES = {
  whole: { side: 4096, slcDates: 8, dates: [8, 32, 128], blocks: 6, budgetSeconds: 400 },
  quick: { side: 1024, slcDates: 4, dates: [4, 16], blocks: 6, budgetSeconds: 90 },
} as const;

/** One's own stack at all its dates, a quarter and a sixteenth of them, at least 2. @throws FormatError, ShapeError */
async function ownStudy(data: string, quick: boolean, choice: SlcChoice | undefined): Promise<Study> {
  const { dates } = await describeFolder(data, choice);
  const [count, files] = [dates.length, new Set(dates.map(({ path }) => path)).size];
  const parts = [count / 4, count / 16].map(Math.round).filter((part) => part >= 2);
  // A file with several dates is measured whole: there is none for the first few alone.
  return { data, blocks: quick ? 6 : 10, dates: files < count ? [count] : [count, ...parts] };
}

/**
 * The simulated scene, made once and kept below `folder`: few of its dates as SLC, all of them as the intensities that
 * prep makes of such SLC. Where the SLC themselves are wanted they are the data, swept as one's own stack.
 */
async function simulatedStudy(
  folder: string,
  { quick, fromSlc }: { readonly quick: boolean; readonly fromSlc: boolean },
  { tell, progress: onProgress, signal }: Context,
): Promise<Study> {
  const { side, slcDates, dates, blocks, budgetSeconds } = quick ? SCENES.quick : SCENES.whole;
  const scene = { shape: { azimuth: side, range: side }, seed: 1, signal, onProgress };
  const place = join(folder, quick ? "quick" : "whole");
  const [tree, slc, data] = [join(place, "tree"), join(place, "slc"), join(place, "intensities")];
  // truth.json is written last: where it stands the stack is complete.
  if (!existsSync(join(tree, "truth.json"))) {
    rmSync(tree, { recursive: true, force: true });
    tell(`informe: no stack named: simulating ${slcDates} SLC of ${side} x ${side}, once`);
    await simulateStack({ ...scene, tree, dates: slcDates });
  }
  linkStack(tree, slc);
  if (fromSlc) return ownStudy(slc, quick, undefined);
  const most = Math.max(...dates);
  if (!isComplete(data, most)) {
    rmSync(data, { recursive: true, force: true });
    tell(`informe: simulating the intensities of ${most} dates of the same scene, once`);
    await simulateIntensities({ ...scene, folder: data, dates: most });
  }
  return { data, slc, dates, blocks, budgetSeconds };
}

/** The manifest is written last. */
function isComplete(folder: string, dates: number): boolean {
  if (!existsSync(folder) || readManifest(folder)?.simulated !== true) return false;
  return listFolder(folder).filter((name) => name.endsWith(CROP_SUFFIX)).length === dates;
}

function requireRun(args: Arguments, run: string): string {
  const measuring = ["slc", "quick", "with-python", ...Object.keys(SESSION_OPTIONS)];
  const clash = measuring.find((option) => args.flag(option));
  if (clash !== undefined) {
    throw new UsageError(`found --run and --${clash}, expected one of them: with --run nothing is measured`);
  }
  if (existsSync(join(run, "runs.jsonl"))) return resolve(run);
  throw new FormatError(`${run}: found no runs.jsonl, expected a run folder; make one with pila bench`, {
    path: run,
  });
}

/** What stands beside the informe too. */
interface Copy {
  readonly to: string;
  readonly bytes: Buffer;
}

/**
 * Reads all that the notebook will, so that what is wrong with a run folder is said before anything is written.
 * @returns the user's own file names beside the informe, and what goes into them
 * @throws RecordError a file of the run folder is damaged, or leads outside
 */
function readRun(run: string, folder: string): readonly Copy[] {
  readSession(run);
  readMaps(run);
  if (resolve(run) === resolve(folder)) return [];
  return ["resultados.csv", "t_barras.png", "speedup.png"].flatMap((name) => {
    const bytes = readRunFile(run, name);
    return bytes === null ? [] : [{ to: join(folder, name), bytes }];
  });
}

/**
 * Executes 90-informe on a run folder under the kernel and exports it; `informe.md` and the user's own files stand beside
 * the HTML. All is made elsewhere and put in place together.
 * @returns the informe's files
 * @throws WorkerError a cell failed; the message ends with its error
 * @throws FileError the folder cannot be written
 */
async function exportInforme(
  run: string,
  out: string,
  beside: readonly Copy[],
  lang: "es" | "en",
  pdf: boolean,
  context: Context,
): Promise<readonly string[]> {
  const python = privatePython();
  removeScratch();
  const scratch = mkdtempSync(join(tmpdir(), `${SCRATCH}${process.pid}-`));
  const outputs: { readonly bytes: () => Buffer; readonly output: OutputFile }[] = [];
  try {
    const made = (name: string): string => join(scratch, name);
    const named = (ending: string): string => out.replace(/\.html?$/i, "") + ending;
    const files = [
      { from: made("informe.html"), to: out },
      { from: made("informe.md"), to: named(".md") },
      ...(pdf ? [{ from: made("informe.pdf"), to: named(".pdf") }] : []),
    ];
    // Opened first: a folder that cannot be written is told at once.
    for (const { from, to } of files)
      outputs.push({ bytes: () => readFileSync(from), output: new OutputFile(to) });
    for (const { to, bytes } of beside) outputs.push({ bytes: () => bytes, output: new OutputFile(to) });
    const parameters = made("parameters.json");
    writeFileSync(parameters, JSON.stringify({ run, lang, markdown: made("informe.md") }));
    const source = made("90-informe.source.ipynb");
    const executed = made("90-informe.ipynb");
    const notebook = readFileSync(packagePath("notebooks/90-informe.ipynb"), "utf8");
    writeFileSync(source, translateNotebook(notebook, lang));
    const env = { ...process.env, PILA_NOTEBOOK_PARAMETERS: parameters, TMPDIR: scratch };
    context.tell("informe: executing notebooks/90-informe.ipynb");
    const options = { env, cwd: packagePath(), signal: context.signal };
    await runChild([python, packagePath("notebooks/execute.py"), source, executed], options);
    await runChild([python, packagePath("notebooks/export.py"), executed, made("informe.html")], options);
    if (pdf) await printPdf(made("informe.html"), made("informe.pdf"), context.signal);
    for (const { bytes, output } of outputs) {
      output.write(bytes(), 0);
      await output.flush();
    }
    context.signal.throwIfAborted();
    await placeTogether(outputs.map(({ output }) => output));
    return files.map(({ to }) => to);
  } finally {
    for (const { output } of outputs) output.discard();
    rmSync(scratch, { recursive: true, force: true });
  }
}

const SCRATCH = "pila-informe-";

/** Removes what informes that were killed left among the temporary files. */
function removeScratch(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(SCRATCH) ? /^(\d+)-/.exec(name.slice(SCRATCH.length))?.[1] : undefined;
    if (pid !== undefined && readProcess(Number(pid)) === null) {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}

/** A cell of a notebook file; a text cell keeps its English beside the Spanish. */
interface NotebookCell {
  readonly metadata: { readonly en?: string };
  readonly source: unknown;
}

/** The notebook with the texts of a language. */
function translateNotebook(text: string, lang: "es" | "en"): string {
  const notebook = JSON.parse(text) as { cells: NotebookCell[]; metadata: object };
  const cells = notebook.cells.map((cell) =>
    lang === "en" && cell.metadata.en !== undefined ? { ...cell, source: cell.metadata.en } : cell,
  );
  return JSON.stringify({ ...notebook, cells, metadata: { ...notebook.metadata, lang } });
}

/** The user's chain in Python, by the label each gets in tables and charts. */
const SCRIPTS = [
  { name: "py_sec", script: "run_secuencial.py" },
  { name: "py_mp{workers}", script: "run_mp.py" },
  { name: "py_mp{workers}_v2", script: "run_mp_v2.py" },
  { name: "py_mp{workers}_mem", script: "run_mp_mem.py" },
  { name: "py_mpi{workers}", script: "run_mpi.py" },
] as const;

/** Commands of the Python programs as peers, in an environment of their own that is made once under build/. */
async function peerCommands(context: Context): Promise<readonly string[]> {
  const python = await peerPython(context);
  const hasMpi = spawnSync("mpiexec", ["--version"], { stdio: "ignore" }).status === 0;
  if (!hasMpi) context.tell("informe: py_mpi left out: no mpiexec");
  return SCRIPTS.filter(({ script }) => hasMpi || script !== "run_mpi.py").map(({ name, script }) => {
    const path = packagePath("test/reference/python", script);
    const count = name.includes("{workers}") ? " --workers {workers}" : "";
    return `${name}=${quote(python)} ${quote(path)} {intens} {mean} {std}${count}`;
  });
}

async function peerPython(context: Context): Promise<string> {
  const folder = packagePath("build/peers-venv");
  const python = `${folder}/bin/python`;
  const marker = `${folder}/complete`;
  if (existsSync(marker)) return python;
  context.tell("informe: installing the Python programs' packages (once)");
  const system = ["python3", "/usr/bin/python3"].find(
    (name) => spawnSync(name, ["-m", "venv", "--help"]).status === 0,
  );
  if (system === undefined)
    throw new BackendError("found no python3 with venv, expected one; apt-get install python3-venv");
  const requirements = packagePath("test/reference/python/requirements.txt");
  await runChild([system, "-m", "venv", "--clear", folder], { signal: context.signal });
  await runChild([python, "-m", "pip", "install", "--quiet", "-r", requirements], { signal: context.signal });
  writeWholeFile(marker, "");
  return python;
}

const BROWSERS = ["chromium", "chromium-browser", "google-chrome"] as const;

/** Without these Chromium asks the network for things an informe does not need. */
const QUIET_FLAGS = [
  "--headless",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-pdf-header-footer",
];

/** Prints an HTML file to PDF. @throws BackendError no Chromium is installed */
async function printPdf(html: string, pdf: string, signal: AbortSignal): Promise<void> {
  const browser = BROWSERS.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
  if (browser === undefined) {
    throw new BackendError("found no Chromium, expected one for --pdf; apt-get install chromium");
  }
  const profile = mkdtempSync(join(dirname(pdf), "chromium-"));
  // Chromium refuses its sandbox to root.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const flags = [...QUIET_FLAGS, ...sandbox, `--user-data-dir=${profile}`, `--print-to-pdf=${pdf}`];
  await runChild([browser, ...flags, pathToFileURL(html).href], { signal });
}

/** A path below the root of the package. */
function packagePath(...parts: readonly string[]): string {
  return join(packageRoot(), ...parts);
}

/** The Python of the private environment that the set-up makes. @throws BackendError it is missing */
function privatePython(): string {
  const path = packagePath(".venv/bin/python");
  if (existsSync(path)) return path;
  throw new BackendError(`${path}: found nothing, expected the Python side of Jupyter; run npm run setup`, {
    path,
  });
}
