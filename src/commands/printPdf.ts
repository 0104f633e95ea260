import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BackendError } from "../core/errors";
import { runChild } from "./runChild";

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
export async function printPdf(html: string, signal: AbortSignal): Promise<string> {
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
