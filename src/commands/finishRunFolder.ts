import { rmSync } from "node:fs";
import { join } from "node:path";
import type { BenchResult } from "../bench/benchOptions";
import { writeMaps } from "../bench/writeMaps";
import type { Context } from "./command";
import { drawRun, writeDrawings } from "./plot";

/**
 * Leaves in a run folder what an informe shows besides records, maps of the products and the user's two charts, and
 * removes the crops it was measured on: they can be prepared again.
 */
export async function finishRunFolder(result: BenchResult, context: Context): Promise<void> {
  const level = result.levels[0];
  if (level !== undefined) {
    await writeMaps(result.folder, {
      ...level.reference,
      intensityFolder: level.intens,
      signal: context.signal,
    });
  }
  if (result.runs.some((run) => run.outcome === "ok")) {
    writeDrawings(drawRun(result.folder, "es", context), result.folder);
  }
  rmSync(join(result.folder, "levels"), { recursive: true, force: true });
}
