import type { Configuration, Level } from "../../evidence/summary";
import { type Named, nameOf } from "./headline";

/** The speedup T_sec / T of a configuration that shares the work of `sec`. */
export interface SpeedupRow {
  readonly label: string;
  readonly program: string;
  readonly workers: number;
  readonly speedup: number;
  readonly low: number;
  readonly high: number;
  /** More workers than cores: not a scaling point. */
  readonly oversubscribed: boolean;
  readonly cores: number;
  /** Of its program, from the measured serial share; NaN where that is not known. */
  readonly amdahl: number;
  /** The program of the answer. */
  readonly isAnswer: boolean;
  readonly runs: number;
  readonly dates: number;
  readonly azimuth: number;
  readonly range: number;
  readonly cache: Level["key"]["cache"];
}

/** What sharing the work gains. */
export type SpeedupAnswer =
  | { readonly kind: "notMeasured" }
  | { readonly kind: "none"; readonly cores: number }
  | { readonly kind: "best"; readonly named: Named; readonly speedup: number; readonly cores: number };

/** The configuration of largest speedup within the cores, if its verdict against `sec` is that it is faster. */
export function findSpeedupAnswer(level: Level | null): SpeedupAnswer {
  const [first] = shared(level).sort((a, b) => b.absoluteSpeedup!.value - a.absoluteSpeedup!.value);
  if (first === undefined) return { kind: "notMeasured" };
  const faster = shared(level).filter(
    (one) => !one.oversubscribed && one.versusSec?.verdict.kind === "faster",
  );
  const [best] = faster.sort((a, b) => b.absoluteSpeedup!.value - a.absoluteSpeedup!.value);
  if (best === undefined) return { kind: "none", cores: first.cores };
  return { kind: "best", named: nameOf(best), speedup: best.absoluteSpeedup!.value, cores: best.cores };
}

/** By program, the one of the answer (or of the largest speedup) last, so that it is drawn on top; then by workers. */
export function speedupRows(level: Level): readonly SpeedupRow[] {
  const points = shared(level);
  const answer = findSpeedupAnswer(level);
  const most = points.reduce<Configuration | null>(
    (best, one) => (best === null || one.absoluteSpeedup!.value > best.absoluteSpeedup!.value ? one : best),
    null,
  );
  const program = answer.kind === "best" ? answer.named.program : most?.program;
  const { dates, shape, cache } = level.key;
  return points
    .sort(
      (a, b) =>
        Number(a.program === program) - Number(b.program === program) ||
        a.program.localeCompare(b.program, "en") ||
        a.workers - b.workers,
    )
    .map((one) => {
      const { value, interval, blocks } = one.absoluteSpeedup!;
      const scaling = level.scaling.find(({ backend }) => backend === one.program);
      const bound = scaling?.points.find(({ label }) => label === one.label)?.amdahlBound;
      return {
        label: one.label,
        program: one.program,
        workers: one.workers,
        speedup: value,
        low: interval?.low ?? Number.NaN,
        high: interval?.high ?? Number.NaN,
        oversubscribed: one.oversubscribed,
        cores: one.cores,
        amdahl: bound ?? Number.NaN,
        isAnswer: one.program === program,
        runs: blocks,
        dates,
        azimuth: shape.azimuth,
        range: shape.range,
        cache,
      };
    });
}

/** Configurations of the programs that were run with several workers, with their time against `sec`. */
function shared(level: Level | null): Configuration[] {
  const all = (level?.configurations ?? []).filter(
    (one) => one.label !== "sec" && one.absoluteSpeedup !== null && one.knowsWorkers,
  );
  return all.filter((one) => all.some((other) => other.program === one.program && other.workers > 1));
}
