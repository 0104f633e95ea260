import type { EnvRecord } from "../core/records";
import { isComparable } from "../evidence/session";
import type { Configuration, Interval, Level, RunCounts, Summary } from "../evidence/summary";
import { standingOf } from "./findings/standing";
import type { Cell } from "./html";
import type { Words } from "./words/words";

/** A table as plain texts. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Columns of numbers, from 0. */
  readonly numeric: readonly number[];
}

/** By rising time, the work of `sec` first, then `prep` and `fused`, then what has no times. */
function inOrder(level: Level): readonly Configuration[] {
  const group = ({ seconds, kind }: Configuration): number =>
    seconds === null ? 2 : kind === "prepare" || kind === "fused" ? 1 : 0;
  return [...level.configurations].sort(
    (a, b) => group(a) - group(b) || (a.seconds?.value ?? 0) - (b.seconds?.value ?? 0),
  );
}

/** Configuration, seconds, times `sec`, verdict of all that do the work of `sec`. */
export function mainTable(level: Level, { page, data }: Words): Table {
  const { numbers, table, standings } = page;
  return {
    caption: `${table.level} · ${data({ ...level.key, ...level.key.shape })}`,
    columns: [table.configuration, table.seconds, table.timesSec, table.standing],
    numeric: [1, 2],
    rows: inOrder(level)
      .filter(({ kind }) => isComparable(kind))
      .map((one) => {
        const { seconds, versusSec } = one;
        const interval = (part: Parameters<typeof numbers.estimate>[0]): string =>
          part.interval === null ? "" : numbers.interval(part.interval);
        const standing = standingOf(one);
        return [
          { text: one.label },
          seconds === null
            ? { text: "—" }
            : { text: numbers.number(seconds.value), faint: interval(seconds) },
          versusSec === null
            ? { text: one.label === "sec" ? numbers.number(1, 0) : "—" }
            : { text: numbers.number(versusSec.ratio.value), faint: interval(versusSec.ratio) },
          { text: standings[standing], class: standing },
        ];
      }),
  };
}

/** Every number of a configuration. */
export function wideTable(level: Level, { page, data }: Words): Table {
  const { numbers, table, standings } = page;
  const told = (value: number | null | undefined, interval: Interval | null = null): Cell => ({
    text: value === null || value === undefined ? "—" : numbers.number(value),
    ...(interval === null ? {} : { faint: numbers.interval(interval) }),
  });
  return {
    caption: `${data({ ...level.key, ...level.key.shape })}. ${table.allCaption}`,
    columns: [
      table.configuration,
      table.workers,
      table.runs,
      "T",
      "S",
      "E",
      table.cpu,
      table.memory,
      "MB/s",
      table.standing,
    ],
    numeric: [1, 2, 3, 4, 5, 6, 7, 8],
    rows: inOrder(level).map((one) => [
      { text: `${one.label}${one.oversubscribed ? " *" : ""}` },
      { text: one.knowsWorkers ? numbers.count(one.workers) : "—" },
      { text: numbers.count(one.seconds?.n ?? 0) },
      told(one.seconds?.value, one.seconds?.interval),
      told(one.absoluteSpeedup?.value, one.absoluteSpeedup?.interval),
      told(one.efficiency?.value, one.efficiency?.interval),
      told(one.cpuSeconds),
      told(one.sumRssBytes === null ? null : one.sumRssBytes / 2 ** 20),
      told(one.megabytesPerSecond),
      { text: standings[standingOf(one)], class: standingOf(one) },
    ]),
  };
}

/** On what, with what and how completely the session was measured. */
export function sheet(env: EnvRecord, { counts }: Summary, { page }: Words): Table {
  const { sheet: names, numbers } = page;
  const { machine, software, dataset, microbenchmarks: probe } = env;
  const unit = (value: number | null, name: string): string =>
    value === null ? "—" : `${numbers.number(value)} ${name}`;
  const commit = software.gitCommit?.slice(0, 12) ?? "—";
  const span = dataset.dates.length === 0 ? "" : `, ${dataset.dates[0]} – ${dataset.dates.at(-1)}`;
  const rows: readonly (readonly [string, string])[] = [
    [names.processor, machine.cpuModel],
    [names.cores, numbers.count(machine.cores)],
    [names.memory, `${numbers.number(machine.memoryBytes / 2 ** 30, 1)} GiB`],
    [names.system, machine.kernel],
    [names.filesystem, machine.filesystem ?? "—"],
    [names.virtualisation, machine.virtualisation ?? "—"],
    [names.software, `${software.pila} / ${software.node} / ${software.v8}`],
    [names.libraries, `${software.gdal ?? "—"} / ${software.mpi ?? "—"}`],
    [names.commit, software.gitDirty === true ? `${commit}, ${names.dirty}` : commit],
    [
      names.data,
      `${page.facts.data(dataset.dates.length, dataset.shape.azimuth, dataset.shape.range, dataset.looks)}${span}`,
    ],
    [names.reduction, `${dataset.looks} / ${dataset.crop ?? names.whole} / ${dataset.nodata}`],
    [names.hash, dataset.sha256.slice(0, 12)],
    [names.seed, String(env.seed)],
    [names.readWarm, unit(probe.readWarmMegabytesPerSecond, "MB/s")],
    [names.readCold, unit(probe.readColdMegabytesPerSecond, "MB/s")],
    [names.pipe, unit(probe.pipeMegabytesPerSecond, "MB/s")],
    [names.message, unit(probe.messageMicroseconds, "µs")],
    [names.spawn, unit(probe.spawnMilliseconds, "ms")],
    [names.runs, countsOf(counts)],
    [names.stopped, stopOf(env.stopped, names)],
  ];
  return {
    caption: page.method.sheet,
    columns: [],
    numeric: [],
    rows: rows.map(([name, value]) => [{ text: name }, { text: value }]),
  };
}

function countsOf({ kept, traced, warmup, failed, skipped }: RunCounts): string {
  return [kept, traced, warmup, failed, skipped].join(" / ");
}

function stopOf(stopped: string | null, { stops, notStopped }: Words["page"]["sheet"]): string {
  if (stopped === null) return notStopped;
  return Object.hasOwn(stops, stopped) ? stops[stopped as keyof typeof stops] : stopped;
}
