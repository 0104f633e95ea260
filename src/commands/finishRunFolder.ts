import type { BenchResult } from "../bench/benchOptions";
import { writeMaps } from "../bench/artefacts";
import { writeFigures } from "../report/writeFigures";

/** Leaves in a run folder what an informe shows besides records: maps of the products, and the figures. */
export async function writeRunPictures(result: BenchResult): Promise<void> {
  const level = result.levels[0];
  if (level?.reference != null) await writeMaps(result.folder, { ...level.reference, intensityFolder: level.intens });
  await writeFigures(result.folder, result.folder, "es");
}
