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
  const text = say({
    es: (n) => {
      const all = measured.map(
        (one) => `${one.label} ${n.mebibytes(one.sumRssBytes)}${largest(one, n.mebibytes, "el mayor")}`,
      );
      const range =
        measured.length === 1
          ? ""
          : ` ${most.label} ocupa ${n.number(most.sumRssBytes / least.sumRssBytes)} veces lo que ${least.label}.`;
      return `Memoria residente máxima, sumada sobre los procesos (mediana; lo que comparten se cuenta en cada uno): ${all.join(", ")}.${range}`;
    },
    en: (n) => {
      const all = measured.map(
        (one) => `${one.label} ${n.mebibytes(one.sumRssBytes)}${largest(one, n.mebibytes, "the largest")}`,
      );
      const range =
        measured.length === 1
          ? ""
          : ` ${most.label} holds ${n.number(most.sumRssBytes / least.sumRssBytes)} times as much as ${least.label}.`;
      return `Peak resident memory, summed over processes (median; what they share counts in each): ${all.join(", ")}.${range}`;
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
