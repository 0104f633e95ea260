import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { linkStack } from "../../data-prep/link";
import { simulateStack } from "../../data-prep/simulate";
import { packageRoot, runChild } from "../bench/process";
import { runBench } from "../bench/session";
import { BackendError, FormatError, UsageError } from "../core/errors";
import { writeWholeFile } from "../io/outputFile";
import { finishRunFolder } from "./bench";
import {
  type Arguments,
  type Command,
  type Context,
  checkIntensityOptions,
  parseChoice,
  parseImageChoice,
  SHARED_OPTIONS,
} from "./command";

export const command: Command = {
  positionals: [],
  options: {
    slc: {
      value: "TREE_OR_DIR",
      help: "your own stack; left out: one is simulated (kept under data-prep/build)",
    },
    run: { value: "RUN", help: "only rebuild the informe from a run folder" },
    quick: { help: "a small stack and few repetitions: 1024x1024, 4 dates, 6 blocks" },
    ...SHARED_OPTIONS.intensity,
    ...SHARED_OPTIONS.choice,
    "with-python": { help: "also measure the same work in Python (test/reference/python)" },
    lang: { value: "es|en", help: "language of the informe (default es)" },
    pdf: { help: "also print it to PDF (needs Chromium)" },
    out: { value: "HTML", help: "where the informe goes (default reports/informe.html)" },
  },

  /** Data, measurement, maps, figures, notebook, HTML. */
  async run(args, context) {
    const lang = parseChoice("lang", args.text("lang"), ["es", "en"]);
    const out = resolve(args.text("out") ?? packagePath("reports/informe.html"));
    const given = args.text("run");
    const runFolder = given === undefined ? await measureRun(args, context) : requireRun(args, given);
    const files = await exportInforme(runFolder, out, lang, args.flag("pdf"), context);
    copyResults(runFolder, dirname(out));
    for (const file of files) context.print(file);
  },
};

/** Measures the session of an informe and leaves what it shows in the run folder. */
async function measureRun(args: Arguments, context: Context): Promise<string> {
  const slc = args.text("slc");
  const quick = args.flag("quick");
  const { crop, looks, nodata } = checkIntensityOptions(args);
  const data = slc === undefined ? await simulatedStack(quick, context) : slc;
  const peers = args.flag("with-python") ? await peerCommands(context) : [];
  context.tell(`informe: measuring ${data}`);
  const result = await runBench({
    data,
    crop,
    looks,
    nodata: nodata ?? "zero",
    choice: parseImageChoice(args),
    peers,
    blocks: quick ? 6 : 10,
    commandLine: process.argv.slice(2),
    signal: context.signal,
    onProgress: ({ done, total }) => context.progress(done, total),
  });
  context.signal.throwIfAborted();
  await finishRunFolder(result, context);
  return result.folder;
}

function requireRun(args: Arguments, run: string): string {
  const clash = ["slc", "quick", "crop", "looks", "nodata", "with-python"].find((option) =>
    args.flag(option),
  );
  if (clash !== undefined) {
    throw new UsageError(`found --run and --${clash}, expected one of them: with --run nothing is measured`);
  }
  if (existsSync(join(run, "runs.jsonl"))) return resolve(run);
  throw new FormatError(`${run}: found no runs.jsonl, expected a run folder; make one with pila bench`, {
    path: run,
  });
}

/** The user's own file names beside the informe. */
function copyResults(run: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ["resultados.csv", "t_barras.png", "speedup.png"]) {
    if (existsSync(join(run, name)) && resolve(run) !== resolve(folder))
      copyFileSync(join(run, name), join(folder, name));
  }
}

/** The simulated stacks of the informe: 1 GiB, or a small one. */
const SIMULATED = {
  whole: { dates: 8, shape: { azimuth: 4096, range: 4096 }, seed: 1 },
  quick: { dates: 4, shape: { azimuth: 1024, range: 1024 }, seed: 1 },
} as const;

/** A flat folder with the links of the simulated stack, which is made once and kept. */
async function simulatedStack(quick: boolean, context: Context): Promise<string> {
  const folder = packagePath("data-prep/build", quick ? "quick" : "whole");
  const tree = join(folder, "tree");
  const flat = join(folder, "slc");
  // truth.json is written last: where it stands the stack is complete.
  if (!existsSync(join(tree, "truth.json"))) {
    rmSync(tree, { recursive: true, force: true });
    const { dates, shape, seed } = quick ? SIMULATED.quick : SIMULATED.whole;
    context.tell(`informe: no stack named, simulating ${dates} dates of ${shape.azimuth} x ${shape.range}`);
    await simulateStack({ tree, dates, shape, seed, signal: context.signal, onProgress: context.progress });
  }
  linkStack(tree, flat);
  return flat;
}

/**
 * Executes 90-informe on a run folder under the kernel and exports it; `informe.md` stands beside the HTML.
 * @returns the files that were written
 * @throws WorkerError a cell failed; the message ends with its error
 */
async function exportInforme(
  run: string,
  out: string,
  lang: "es" | "en",
  pdf: boolean,
  context: Context,
): Promise<readonly string[]> {
  const python = privatePython();
  const scratch = mkdtempSync(join(tmpdir(), "pila-informe-"));
  try {
    const parameters = join(scratch, "parameters.json");
    const markdown = out.replace(/\.html?$/i, "") + ".md";
    writeFileSync(parameters, JSON.stringify({ run, lang, markdown }));
    const source = join(scratch, "90-informe.source.ipynb");
    const executed = join(scratch, "90-informe.ipynb");
    const notebook = readFileSync(packagePath("notebooks/90-informe.ipynb"), "utf8");
    writeFileSync(source, translateNotebook(notebook, lang));
    const env = { ...process.env, PILA_NOTEBOOK_PARAMETERS: parameters };
    context.tell("informe: executing notebooks/90-informe.ipynb");
    const options = { env, cwd: packagePath(), signal: context.signal };
    await runChild([python, packagePath("notebooks/execute.py"), source, executed], options);
    await runChild([python, packagePath("notebooks/export.py"), executed, out], options);
    return [out, markdown, ...(pdf ? [await printPdf(out, context.signal)] : [])];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
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

/** The bench splits a peer's command into words as a shell would. */
function quote(path: string): string {
  return /\s/.test(path) ? `"${path}"` : path;
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

/**
 * Prints an HTML file to PDF beside it.
 * @returns the PDF
 * @throws BackendError no Chromium is installed
 */
async function printPdf(html: string, signal: AbortSignal): Promise<string> {
  const browser = BROWSERS.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
  if (browser === undefined) {
    throw new BackendError("found no Chromium, expected one for --pdf; apt-get install chromium");
  }
  const pdf = html.replace(/\.html?$/i, "") + ".pdf";
  const profile = mkdtempSync(join(tmpdir(), "pila-chromium-"));
  // Chromium refuses its sandbox to root.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  try {
    const flags = [...QUIET_FLAGS, ...sandbox, `--user-data-dir=${profile}`, `--print-to-pdf=${pdf}`];
    await runChild([browser, ...flags, pathToFileURL(html).href], { signal });
    return pdf;
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
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
