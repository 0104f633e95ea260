import { sep } from "node:path";
import type { InspectedDate } from "./inspectStack";

/** From this share of zeros on a date has next to no data. */
const NEARLY_EMPTY = 0.99;

/** What is worth knowing of the dates of a stack, in sentences. */
export function noteStack(
  dates: readonly InspectedDate[],
  bytes: number,
  memoryBytes: number,
): readonly string[] {
  const notes = noteTwins(dates);
  const readable = dates.filter((date) => date.dataPath !== null);
  if (readable.length > 0 && readable.every(({ dataPath }) => dataPath!.split(sep).includes("coregSLC"))) {
    notes.push(
      "the reference date is not here: in ISCE2's stripmapStack coregSLC/Coarse holds secondaries after coarse coregistration and merged/SLC the final stack of all dates; link TREE/merged/SLC to have the reference too",
    );
  }
  if (dates.length === 1) notes.push("one date alone: std is 0 everywhere");
  for (const { date, sample } of readable) {
    const { rows, zeroShare, notFiniteShare } = sample!;
    if (zeroShare >= NEARLY_EMPTY) {
      notes.push(
        `${date}: ${(100 * zeroShare).toFixed(1)} % of the samples in ${rows} rows are 0+0i: next to no data`,
      );
    }
    if (notFiniteShare > 0) {
      notes.push(
        `${date}: ${(100 * notFiniteShare).toPrecision(2)} % of the samples in ${rows} rows are NaN or infinite; cells of NaN are left out, infinite ones make mean infinite and std NaN`,
      );
    }
  }
  if (bytes > memoryBytes) {
    notes.push(
      `the images take ${(bytes / 1e9).toFixed(1)} GB and this machine has ${(memoryBytes / 1e9).toFixed(1)} GB of memory: the page cache cannot hold them, so expect the speed of the disk and not the predicted seconds`,
    );
  }
  return notes;
}

/** Dates that are one image: the same pixels of the same file, or the same content in another. */
function noteTwins(dates: readonly InspectedDate[]): string[] {
  const notes: string[] = [];
  const byFile = new Map<string, string>();
  const byContent = new Map<string, string>();
  for (const { date, dataPath, dataOffset, shape, sample } of dates) {
    if (dataPath === null || sample === null || shape === null) continue;
    const file = `${dataPath}:${dataOffset}`;
    const content = `${shape.azimuth}x${shape.range}:${sample.sha256}`;
    const sameFile = byFile.get(file);
    const sameContent = byContent.get(content);
    if (sameFile !== undefined) {
      notes.push(
        `${sameFile} and ${date} are the same image: both lead to ${dataPath}; it would count twice`,
      );
    } else if (sameContent !== undefined && sample.zeroShare < 1) {
      notes.push(
        `${sameContent} and ${date} are the same image as far as ${sample.rows} rows tell: all their samples are equal; it would count twice`,
      );
    }
    if (sameFile === undefined) byFile.set(file, date);
    if (sameContent === undefined) byContent.set(content, date);
  }
  return notes;
}
