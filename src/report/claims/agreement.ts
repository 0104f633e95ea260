import type { Summary } from "../../evidence/summary";
import { type Claim, type ClaimVerdict, claimed, missing, onMainLevel, rowsOf } from "./claim";
import { say } from "./text";

/** Whether all computed the same: a run whose outputs differ from those of `sec` is recorded as failed. */
export const agreement = {
  id: "agreement",
  title: { es: "Los resultados coinciden", en: "The results agree" },
  figure: "T2",
  evaluate: (summary: Summary): readonly ClaimVerdict[] =>
    onMainLevel(summary, (level) => {
      const kept = level.configurations.filter((one) => one.counts.kept > 0);
      const own = kept.filter((one) => one.kind === "statistics" || one.kind === "fused");
      const peers = kept.filter((one) => one.kind === "peer");
      if (!own.some((one) => one.label === "sec") || own.length + peers.length < 2) {
        return [
          missing({
            es: "hace falta sec y otra configuración válida para comparar resultados",
            en: "it takes sec and another valid configuration to compare results",
          }),
        ];
      }
      const rows = (labels: readonly { label: string }[]): readonly string[] =>
        rowsOf(
          level,
          labels.map((one) => one.label),
        );
      const others = own.filter((one) => one.label !== "sec");
      const runs = own.reduce((sum, one) => sum + one.counts.kept, 0);
      const { failed } = level.counts;
      const same = say({
        es: (n) =>
          `En las ${n.count(runs)} corridas válidas ${n.list(["sec", ...others.map((one) => one.label)])} dieron los mismos bytes (SHA-256 de las salidas, comprobado en cada corrida)${failed === 0 ? "" : `; ${n.count(failed)} ${failed === 1 ? "fallida queda" : "fallidas quedan"} fuera`}.`,
        en: (n) =>
          `In all ${n.count(runs)} valid runs ${n.list(["sec", ...others.map((one) => one.label)])} gave the same bytes (SHA-256 of the outputs, checked in every run)${failed === 0 ? "" : `; ${n.count(failed)} failed ${failed === 1 ? "one is" : "ones are"} left out`}.`,
      });
      const near = say({
        es: (n) =>
          `${n.list(peers.map((one) => one.label))} ${peers.length === 1 ? "coincide" : "coinciden"} con sec dentro de la tolerancia de programas ajenos en los píxeles válidos en todas las fechas.`,
        en: (n) =>
          `${n.list(peers.map((one) => one.label))} ${peers.length === 1 ? "agrees" : "agree"} with sec within the tolerance for programs from outside, over the pixels valid in all dates.`,
      });
      return [
        ...(others.length > 0 ? [claimed("T2", same, rows(own))] : []),
        ...(peers.length > 0 ? [claimed("T2", near, rows(peers))] : []),
      ];
    }),
} as const satisfies Claim;
