// What the informe measures where nobody says otherwise: a sweep of dates, of one's own stack or of a simulated scene.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { linkStack } from "../../data-prep/link";
import { simulateIntensities, simulateStack } from "../../data-prep/simulate";
import { describeFolder } from "../bench/data";
import type { BenchOptions } from "../bench/session";
import type { SlcChoice } from "../io/choose";
import { CROP_SUFFIX, readManifest } from "../io/folders";
import { listFolder } from "../io/names";
import type { Context } from "./command";

/** Data, and how much of them is measured. */
export type Study = Pick<BenchOptions, "data" | "slc" | "dates" | "blocks" | "budgetSeconds">;

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
export async function ownStudy(data: string, quick: boolean, choice: SlcChoice | undefined): Promise<Study> {
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
export async function simulatedStudy(
  folder: string,
  { quick, fromSlc }: { readonly quick: boolean; readonly fromSlc: boolean },
  { tell, progress: onProgress, signal }: Context,
): Promise<Study> {
  const { side, slcDates, dates, blocks, budgetSeconds } = quick ? SCENES.quick : SCENES.whole;
  const scene = { shape: { azimuth: side, range: side }, seed: 1, signal, onProgress };
  const place = join(folder, quick ? "quick" : "whole");
  const [tree, slc, data] = ["tree", "slc", "intensities"].map((name) => join(place, name)) as [
    string,
    string,
    string,
  ];
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
