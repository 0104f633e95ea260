import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { FormatError, UsageError } from "../core/errors";
import type { Arguments, Context } from "./command";
import { exportInforme } from "./exportInforme";
import { linkedStack, simulatedStack } from "./informeData";
import { measure } from "./measureSession";
import { packagePath } from "./packageFiles";
import { parseChoice, parseCrop, parseLooks } from "./parseValues";
import { peerCommands } from "./pythonPeers";

/** Blocks of a session after its warm-up. */
const BLOCKS = { whole: 10, quick: 6 } as const;

/** `pila informe`: data, measurement, maps, figures, notebook, HTML. */
export async function makeInforme(args: Arguments, context: Context): Promise<void> {
  const lang = parseChoice("lang", args.text("lang"), ["es", "en"]);
  const out = resolve(args.text("out") ?? packagePath("reports/informe.html"));
  const run =
    args.text("run") === undefined ? await measureRun(args, context) : requireRun(args, args.text("run")!);
  const files = await exportInforme({ run, lang, out, pdf: args.flag("pdf"), context });
  copyResults(run, dirname(out));
  for (const file of files) context.print(file);
}

/** Measures the session of an informe and leaves what it shows in the run folder. */
async function measureRun(args: Arguments, context: Context): Promise<string> {
  const slc = args.text("slc");
  const quick = args.flag("quick");
  const crop = args.text("crop");
  const looks = args.text("looks");
  if (crop !== undefined) parseCrop(crop);
  if (looks !== undefined) parseLooks(looks);
  const nodata = parseChoice("nodata", args.text("nodata"), ["zero", "none"]);
  const data = slc === undefined ? await simulatedStack(quick, context) : linkedStack(slc, context);
  const peers = args.flag("with-python") ? await peerCommands(context) : [];
  context.tell(`informe: measuring ${data}`);
  const result = await measure({
    data,
    ...(crop === undefined ? {} : { crop }),
    ...(looks === undefined ? {} : { looks }),
    nodata,
    peers,
    blocks: quick ? BLOCKS.quick : BLOCKS.whole,
    commandLine: process.argv.slice(2),
    signal: context.signal,
    onProgress: ({ done, total }) => context.progress(done, total),
  });
  context.signal.throwIfAborted();
  const { finishRunFolder } = require("./finishRunFolder") as typeof import("./finishRunFolder");
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
