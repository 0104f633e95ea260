import type { Configuration, Level, Summary } from "../../evidence/summary";
import { type Claim, type ClaimVerdict, claimed, missing, onMainLevel, rowsOf } from "./claim";
import { say } from "./text";

/** What memory each configuration holds at its peak, over all its processes. */
export const memory = {
  id: "memory",
  title: { es: "Memoria que necesita cada una", en: "Memory each needs" },
  figure: "F10",
  evaluate: (summary: Summary): readonly ClaimVerdict[] => onMainLevel(summary, evaluateLevel),
} as const satisfies Claim;

/** Memory that differs by less is not set side by side. */
const LEAST_TIMES = 1.05;

type Measured = Configuration & { readonly sumRssBytes: number };

function evaluateLevel(level: Level): readonly ClaimVerdict[] {
  const measured = level.configurations
    .filter((one): one is Measured => one.seconds !== null && one.sumRssBytes !== null)
    .sort((a, b) => a.sumRssBytes - b.sumRssBytes);
  const [least] = measured;
  if (least === undefined) {
    return [missing({ es: "la memoria no se registró", en: "memory was not recorded" })];
  }
  const most = measured.at(-1)!;
  const times = most.sumRssBytes / least.sumRssBytes;
  const isAlike = times < LEAST_TIMES;
  const text = say({
    es: (n) => {
      const all = measured.map(
        (one) => `${one.label} ${n.mebibytes(one.sumRssBytes)}${largest(one, n.mebibytes, "el mayor")}`,
      );
      const range = isAlike ? "" : ` ${most.label} ocupa ${n.number(times)} veces lo que ${least.label}.`;
      return `Memoria residente máxima, sumados los picos de los procesos (mediana; lo que comparten se cuenta en cada uno): ${all.join(", ")}.${range}`;
    },
    en: (n) => {
      const all = measured.map(
        (one) => `${one.label} ${n.mebibytes(one.sumRssBytes)}${largest(one, n.mebibytes, "the largest")}`,
      );
      const range = isAlike ? "" : ` ${most.label} holds ${n.number(times)} times as much as ${least.label}.`;
      return `Peak resident memory, the peaks of all processes summed (median; what they share counts in each): ${all.join(", ")}.${range}`;
    },
  });
  return [
    claimed(
      "F10",
      text,
      rowsOf(
        level,
        measured.map((one) => one.label),
      ),
    ),
  ];
}

/** The largest process, where there are several. */
function largest(
  { peakRssBytes, sumRssBytes }: Measured,
  bytes: (value: number) => string,
  name: string,
): string {
  if (peakRssBytes === null || peakRssBytes > 0.95 * sumRssBytes) return "";
  return ` (${name}, ${bytes(peakRssBytes)})`;
}
