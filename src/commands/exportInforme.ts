import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "./command";
import { packagePath, privatePython } from "./packageFiles";
import { runChild } from "./runChild";

export interface ExportRequest {
  readonly run: string;
  readonly lang: "es" | "en";
  readonly out: string;
  readonly pdf: boolean;
  readonly context: Context;
}

/**
 * Executes 90-informe on a run folder under the kernel and exports it; `informe.md` stands beside the HTML.
 * @returns the files that were written
 * @throws WorkerError a cell failed; the message ends with its error
 */
export async function exportInforme({
  run,
  lang,
  out,
  pdf,
  context,
}: ExportRequest): Promise<readonly string[]> {
  const python = privatePython();
  const scratch = mkdtempSync(join(tmpdir(), "pila-informe-"));
  try {
    const parameters = join(scratch, "parameters.json");
    const markdown = out.replace(/\.html?$/i, "") + ".md";
    writeFileSync(parameters, JSON.stringify({ run, lang, markdown }));
    const source = join(scratch, "90-informe.source.ipynb");
    const executed = join(scratch, "90-informe.ipynb");
    writeFileSync(
      source,
      translateNotebook(readFileSync(packagePath("notebooks/90-informe.ipynb"), "utf8"), lang),
    );
    const env = { ...process.env, PILA_NOTEBOOK_PARAMETERS: parameters };
    context.tell("informe: executing notebooks/90-informe.ipynb");
    const options = { env, cwd: packagePath(), signal: context.signal };
    await runChild([python, packagePath("notebooks/execute.py"), source, executed], options);
    await runChild([python, packagePath("notebooks/export.py"), executed, out], options);
    if (!pdf) return [out, markdown];
    const { printPdf } = require("./printPdf") as typeof import("./printPdf");
    return [out, markdown, await printPdf(out, context.signal)];
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
