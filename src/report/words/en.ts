import type { CacheState } from "../../core/records";
import type { Headline, Named } from "../findings/headline";
import {
  formatCount,
  formatFixed,
  formatNumber,
  formatPercent,
  formatSeconds,
  formatTick,
} from "../formatNumber";
import type { Lang } from "../language";
import type { es } from "./es";

const LANG = "en";
const CACHES: Readonly<Record<CacheState, string>> = {
  warm: "files already in memory",
  cold: "read from disk",
  uncontrolled: "file memory not controlled",
};
/** Of the whole, where a word says it better than a share. */
const PARTS: readonly (readonly [number, string])[] = [
  [1 / 2, "half"],
  [1 / 3, "a third"],
  [1 / 4, "a quarter"],
];

function list(items: readonly string[]): string {
  return new Intl.ListFormat(LANG, { type: "conjunction" }).format(items);
}

function configuration({ label, program, workers, worker }: Named): string {
  if (worker === null) return label;
  const plural = worker === "process" ? "processes" : `${worker}s`;
  return `${program} with ${formatCount(workers, LANG)} ${workers === 1 ? worker : plural}`;
}

function ratio(value: number): string {
  return value < 1 ? formatFixed(value, 2, LANG) : formatNumber(value, LANG);
}

function spanOf(runs: readonly number[]): string {
  const [least, most] = [Math.min(...runs), Math.max(...runs)];
  return `n = ${least === most ? least : `${least} to ${most}`}`;
}

function less(ratio: number, several: boolean): string {
  const verb = several ? "take" : "takes";
  const part = PARTS.find(([share]) => Math.abs(ratio / share - 1) < 0.04);
  if (part !== undefined) return `${verb} ${part[1]} of the time of sec`;
  return `${verb} ${formatPercent(1 - ratio, LANG)} less than sec`;
}

function headline(found: Headline): string {
  switch (found.kind) {
    case "nothingKept":
      return "No measurement can be used";
    case "nothingToCompare":
      return `Only ${configuration(found.only)} was measured: nothing to compare with`;
    case "noReference":
      return "The fastest cannot be told: sec was not measured";
    case "tooFewBlocks":
      return `It cannot be told yet: ${found.missing} more ${found.missing === 1 ? "block is" : "blocks are"} needed`;
    case "oneProcessIsEnough":
      return "With this stack, sharing the work does not help: one process is enough";
    case "winner":
      return `${configuration(found.fastest)} is the fastest: it ${less(found.ratio, false)}`;
    case "tie": {
      const [first, second, ...rest] = found.tied as readonly [Named, ...Named[]];
      const names =
        rest.length === 0 ? [first.label, second!.label] : [first.label, `${rest.length + 1} others`];
      return `${list(names)} tie: they ${less(found.ratio, true)}`;
    }
  }
}

export const en: typeof es = {
  lang: LANG as Lang,
  list,
  configuration,
  data: ({ dates, azimuth, range, cache }) =>
    `${formatCount(dates, LANG)} dates of ${azimuth} × ${range} pixels, ${CACHES[cache]}`,
  less,
  headline,
  tick: (value, unit) => `${formatTick(value, LANG)}\u00a0${unit}`,
  howToRead: "How to read it",
  pieces: {
    start: "start up",
    read: "read",
    move: "move data",
    compute: "compute",
    wait: "wait",
    write: "write",
  },
  noDetail: "no detail",
  times: {
    subtitle: (data) => `Median time of the whole run, and times that of sec · ${en.data(data)}`,
    note: (runs, hasBand) =>
      [
        spanOf(runs),
        "line: interval of the median",
        ...(hasBand ? ["grey: same as the fastest, as far as can be seen"] : []),
      ].join("; "),
    value: (seconds, timesSec) =>
      formatSeconds(seconds, LANG) + (timesSec === null ? "" : ` · ${ratio(timesSec)} ×`),
    piece: (label, piece, seconds, ofSeconds) =>
      `${label}: ${piece}, ${formatSeconds(seconds, LANG)} of ${formatSeconds(ofSeconds, LANG)}`,
    reading:
      "Each bar is the median time of a configuration, from the least to the most. Its parts follow the worker that computes most: what it does, or what it waits for. The shares are those of the traced run of median time, scaled to the median of the timed runs; without a trace the bar has no detail. An interval without a cap goes on outside the drawing.",
  },
};
