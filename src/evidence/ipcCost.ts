import type { Configuration } from "./configurationTypes";
import type { Yardstick } from "./estimateTypes";
import { differences } from "./fusedComparison";
import type { IpcCost } from "./levelTypes";
import { estimateMedian } from "./median";
import type { BlockValues } from "./ratio";
import type { SummaryOptions } from "./summary";
import { compare } from "./verdict";

/** mp against mp_v2 at every number of workers both were measured at, ascending. */
export function compareIpc(
  configurations: readonly Configuration[],
  seconds: ReadonlyMap<string, BlockValues>,
  yardstick: Yardstick,
  options: SummaryOptions,
): readonly IpcCost[] {
  const measured = configurations.filter((one) => one.seconds !== null);
  return measured
    .filter((one) => one.backend === "mp")
    .sort((a, b) => a.workers - b.workers)
    .flatMap((pixels) => {
      const states = measured.find((one) => one.backend === "mp_v2" && one.workers === pixels.workers);
      return states === undefined ? [] : (costOf(pixels, states, seconds, yardstick, options) ?? []);
    });
}

function costOf(
  pixels: Configuration,
  states: Configuration,
  seconds: ReadonlyMap<string, BlockValues>,
  yardstick: Yardstick,
  options: SummaryOptions,
): IpcCost | null {
  const [own, base] = [seconds.get(pixels.label)!, seconds.get(states.label)!];
  const comparison = compare(
    { label: pixels.label, values: own },
    { label: states.label, values: base },
    yardstick,
    options,
  );
  if (comparison === null) return null;
  const extraSeconds = estimateMedian(differences(own, base));
  const extraMessages = difference(pixels.ipcMessages, states.ipcMessages);
  const extraBytes = difference(pixels.ipcBytes, states.ipcBytes);
  const per = (extra: number | null): number | null =>
    extra !== null && extra > 0 ? extraSeconds.value / extra : null;
  return {
    workers: pixels.workers,
    oversubscribed: pixels.oversubscribed,
    pixels: pixels.label,
    states: states.label,
    comparison,
    extraSeconds,
    extraMessages,
    extraBytes,
    secondsPerMegabyte: per(extraBytes === null ? null : extraBytes / 1e6),
    secondsPerMessage: per(extraMessages),
  };
}

function difference(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}
