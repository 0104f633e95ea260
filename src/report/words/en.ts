import type { CacheState } from "../../core/records";
import type { Growth } from "../../evidence/summary";
import type { Headline, Named } from "../findings/headline";
import type { Lang } from "../numbers";
import { formatCount, formatFixed, formatNumber, formatPercent, formatSeconds, formatTick } from "../numbers";
import { count } from "./enFindings";
import { enPage } from "./enPage";
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

function sizeOf(size: number, variable: Growth["variable"]): string {
  if (variable === "megapixels") return `${formatNumber(size, LANG)} million pixels`;
  return size < 1.5 ? "the first date" : `about ${formatCount(size, LANG)} dates`;
}

function sizesOf(low: number, high: number, variable: Growth["variable"]): string {
  const [a, b] = [low, high].map((size) =>
    variable === "dates" ? formatCount(size, LANG) : formatNumber(size, LANG),
  );
  return `${a} and ${b} ${en.growth.sizes[variable]}`;
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
    case "leader": {
      const { fastest, others } = found;
      const rest = others.length === 1 ? others[0]!.label : `${others.length} others`;
      return `${fastest.label} ${less(found.ratio, false)}; ${rest} cannot be told from it`;
    }
  }
}

function coresOf(cores: number): string {
  return `${formatCount(cores, LANG)} ${cores === 1 ? "core" : "cores"}`;
}

function partOf(share: number): string {
  return share > 0 && share < 0.005 ? `less than ${formatPercent(0.01, LANG)}` : formatPercent(share, LANG);
}

export const en: typeof es = {
  lang: LANG as Lang,
  page: enPage,
  list,
  configuration,
  data: ({ dates, azimuth, range, cache }) =>
    `${count(dates, "date", "dates")} of ${azimuth} × ${range} pixels, ${CACHES[cache]}`,
  less,
  headline,
  tick: (value, unit = "") => formatTick(value, LANG) + (value === 0 || unit === "" ? "" : `\u00a0${unit}`),
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
      "Each bar is the median time of a configuration, from the shortest to the longest. Its parts follow the worker that computes most: what it does, or what it waits for. The shares are those of the traced run of median time, scaled to the median of the timed runs; without a trace the bar has no detail. Reading is getting the bytes of the files, from memory or from the disk. An interval without a cap goes on outside the drawing.",
  },
  table: {
    note: "n = 1 a label, no interval: the table does not tell which differences clear the noise",
    t_barras: {
      title: "Time of every configuration",
      subtitle: "Seconds, as the table has them · dashed: sec",
    },
    speedup: {
      title: "Speedup of every configuration",
      subtitle: "Time of sec over the time of each; above 1 it takes less",
      value: (speedup) => ratio(speedup),
    },
  },
  growth: {
    answer: (found) => {
      switch (found.kind) {
        case "oneSize":
          return "Only one size was measured: it is not known from when on sharing pays";
        case "noReference":
          return "It cannot be told from when on sharing pays: sec was not measured";
        case "always":
          return `${configuration(found.named)} pays with every size measured`;
        case "between":
          return `${configuration(found.named)} begins to pay between ${sizesOf(found.low, found.high, found.variable)}`;
        case "never":
          return "On this machine sharing the work pays at none of the sizes measured";
        case "cannotTell":
          return "The sizes measured do not show from when on sharing pays";
        case "from":
          return `${configuration(found.named)} pays from ${sizeOf(found.size, found.variable)}${found.extrapolated ? ", beyond what was measured" : ""}`;
      }
    },
    subtitle: ({ variable, dates, azimuth, range, cache }) => {
      const held =
        variable === "dates" ? `images of ${azimuth} × ${range} pixels` : count(dates, "date", "dates");
      return `Median time of the whole run by size · ${held}, ${CACHES[cache]}`;
    },
    note: (runs, hasBand) =>
      [
        spanOf(runs),
        "points: medians; lines: mean of those of each block",
        ...(hasBand ? ["grey band: interval of the crossing"] : []),
      ].join("; "),
    sizes: { dates: "dates", megapixels: "millions of pixels" },
    seconds: "seconds",
    crossing: (size, variable) => `from ${sizeOf(size, variable)}`,
    point: (label, size, variable, seconds) =>
      `${label}: ${formatSeconds(seconds, LANG)} with ${formatTick(size, LANG)} ${en.growth.sizes[variable]}`,
    reading:
      "Each point is the median of a configuration at one size, with its interval as a vertical line; the straight line is fitted in each block and averaged. Where the coloured line falls below that of sec, sharing begins to pay. Shown are sec and the fastest configuration of each program at the largest size.",
  },
  speedup: {
    answer: (found) => {
      switch (found.kind) {
        case "notMeasured":
          return "No configuration that shares the work was measured";
        case "none":
          return `Nothing that was measured on ${coresOf(found.cores)} speeds up against sec`;
        case "best":
          return `${configuration(found.named)} speeds up ${ratio(found.speedup)} times, on ${coresOf(found.cores)}`;
      }
    },
    subtitle: (data) => `Time of sec over the time of each configuration · ${en.data(data)}`,
    note: (runs, hasBound) =>
      [
        spanOf(runs),
        "dashed: ideal",
        ...(hasBound ? ["dotted: Amdahl's law with the measured serial part"] : []),
      ].join("; "),
    ideal: "ideal",
    workers: "workers (threads or processes)",
    axis: "speedup",
    oversubscribed: "more than the cores",
    point: (program, workers, speedup) =>
      `${program} with ${formatCount(workers, LANG)}: speedup ${ratio(speedup)}`,
    reading:
      "Each line is a program; above 1 it takes less than sec, below it takes more. Both axes go by doublings, so the ideal speedup is a straight line. In the grey zone there are more workers than cores: they take turns, and those points do not tell how the program scales. The fastest program has the interval of each point and, where it was traced, Amdahl's bound.",
  },
  fused: {
    answer: (found) => {
      switch (found.kind) {
        case "notMeasured":
          return "The way from the SLC was not measured: fused, prep and sec";
        case "cannotTell":
          return "It cannot be told yet whether fused pays: more blocks are needed";
        case "same":
          return "fused takes as long as prep and sec in turn, as far as can be seen";
        case "differs": {
          const share = formatPercent(Math.abs(1 - found.ratio), LANG);
          return `${found.label} takes ${share} ${found.ratio < 1 ? "less" : "more"} than prep and sec in turn`;
        }
      }
    },
    subtitle: (data) => `Median time from the SLC to mean and std, and times prep + sec · ${en.data(data)}`,
    note: (runs) => `${spanOf(runs)}; line: interval of the median; upright bar: prep ends and sec begins`,
    reading:
      "Each bar goes from the SLC to mean and std: prep writes the crops and sec reads them again, fused does all in one pass. The times of prep and sec are added block by block. The parts are those of traced runs, scaled to the median.",
  },
  timeline: {
    noTrace: (label) => `There are no traced runs of ${label}`,
    claim: (label, computing) =>
      `In ${label} the one that computes most does so ${partOf(computing)} of the time`,
    worker: ({ worker, kind }) => (worker === 0 ? "coordinator" : `${kind ?? "process"} ${worker}`),
    computing: (share) => `computes ${partOf(share)}`,
    subtitle: (seconds) =>
      `What each one does over the traced run of median time, ${formatSeconds(seconds, LANG)}`,
    note: "Gaps: what it did was not recorded",
    reading:
      "Each row is a process or a thread, from left to right in time. Where tasks are too many to be seen, each interval of time shows how long each of them took, in the order of the legend.",
  },
};
