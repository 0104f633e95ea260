import type { EnvRecord } from "../../src/core/records";
import type { RatioEstimate } from "../../src/evidence/verdict";

/** One line of the report. */
export type Result =
  | {
      readonly kind: "ratio";
      readonly row: number;
      readonly figure: string;
      /** null: the figure is for knowledge. */
      readonly goal: number | null;
      /** Of seconds: pila's over the other's. */
      readonly ratio: RatioEstimate;
    }
  | {
      readonly kind: "amount";
      readonly row: number;
      readonly figure: string;
      readonly goal: number | null;
      /** The goal is the least there should be, else the most. */
      readonly isFloor: boolean;
      readonly value: number;
      readonly unit: "MiB" | "MB/s" | "s";
      readonly runs: number;
    }
  | {
      /** A process failed, or what the figure needs is not there. */
      readonly kind: "failed" | "left out";
      readonly row: number;
      readonly figure: string;
      readonly reason: string;
    };

/** What the figures were measured on. */
export interface Circumstances {
  readonly machine: EnvRecord["machine"];
  readonly software: EnvRecord["software"];
  readonly compiler: string;
  readonly python: string;
  readonly size: number;
  /** The command measured in place of this package's own; null for its own. */
  readonly other: string | null;
  readonly startedAt: string;
}

const HEADER = [
  "| | figure | goal | measured | 95 % interval | runs | pila | other | |",
  "|---|---|---|---|---|---|---|---|---|",
];

/** Whether the figure is at its goal or better; what has no figure is not. */
export function meetsGoal(result: Result): boolean {
  if (!("goal" in result)) return false;
  if (result.goal === null) return true;
  if (result.kind === "ratio") return result.ratio.value <= result.goal;
  return result.isFloor ? result.value >= result.goal : result.value <= result.goal;
}

/** One row of the Markdown table. */
export function describeResult(result: Result): string {
  const { row, figure } = result;
  if (!("goal" in result)) return tableRow([row, figure, "", result.reason, "", "", "", "", result.kind]);
  const verdict = result.goal === null ? "" : meetsGoal(result) ? "met" : "missed";
  if (result.kind === "amount") {
    const { value, unit, isFloor, goal, runs } = result;
    const measured = `${unit === "MB/s" ? value.toFixed(0) : value.toFixed(unit === "s" ? 2 : 1)} ${unit}`;
    const wanted = goal === null ? "" : `${isFloor ? ">=" : "<="} ${goal} ${unit}`;
    return tableRow([row, figure, wanted, measured, "", runs, "", "", verdict]);
  }
  const { value, interval, numerator, denominator, blocks } = result.ratio;
  const digits = value < 0.1 ? 3 : 2;
  return tableRow([
    row,
    figure,
    result.goal === null ? "" : `<= ${result.goal}`,
    value.toFixed(3),
    interval === null ? "too few" : `${interval.low.toFixed(digits)} to ${interval.high.toFixed(digits)}`,
    blocks,
    `${numerator.toFixed(3)} s`,
    `${denominator.toFixed(3)} s`,
    verdict,
  ]);
}

/** The whole report as Markdown. */
export function describeAll(results: readonly Result[], where: Circumstances): string {
  const { machine, software } = where;
  const gibibytes = (machine.memoryBytes / 2 ** 30).toFixed(0);
  const commit = software.gitCommit === null ? "" : `, commit ${software.gitCommit.slice(0, 12)}`;
  const dirty = software.gitDirty === true ? " with changes" : "";
  return [
    "# The engine against the same work as others write it",
    "",
    "Written by `npm run bench:engine`. Each figure is a ratio of medians of whole processes, pila's seconds over the",
    "other's, timed in turns after one run of each whose outputs had to agree (mean within 1e-6, std within 5e-6 of the",
    "mean, the same NaN); the interval is a paired bootstrap. 2 workers, 4x4 looks, images of",
    `${where.size} x ${where.size}, page cache warm unless said. The other programs are in \`test/reference\`.`,
    ...(where.other === null ? [] : ["", `Not this package's own command, but \`${where.other}\`.`]),
    "",
    ...HEADER,
    ...results.map(describeResult),
    "",
    `Machine: ${machine.cpuModel}, ${machine.cores} cores, ${gibibytes} GiB, ${machine.kernel}${machine.filesystem === null ? "" : `, ${machine.filesystem}`}${machine.virtualisation === null ? "" : `, ${machine.virtualisation}`}.`,
    `Software: pila ${software.pila}${commit}${dirty}, Node ${software.node}, ${where.compiler}, ${where.python}${software.mpi === null ? "" : `, ${software.mpi}`}. ${where.startedAt}.`,
    "",
  ].join("\n");
}

function tableRow(cells: readonly (string | number)[]): string {
  return `| ${cells
    .map((cell) =>
      String(cell)
        .replace(/\s*\n\s*/g, " ")
        .replaceAll("|", "\\|"),
    )
    .join(" | ")} |`;
}
