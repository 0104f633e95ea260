import type { Configuration, Summary } from "../../evidence/summary";
import type { Text } from "../language";
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
      const own = kept.filter(isOwn);
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
      const failed = level.configurations.filter(isOwn).reduce((sum, one) => sum + one.counts.failed, 0);
      const same = say({
        es: (n) =>
          `En las ${n.count(runs)} corridas válidas ${n.list(["sec", ...others.map((one) => one.label)])} dieron los mismos bytes (SHA-256 de las salidas, comprobado en cada corrida)${failed === 0 ? "" : `; ${n.count(failed)} ${failed === 1 ? "fallida queda" : "fallidas quedan"} fuera`}.`,
        en: (n) =>
          `In all ${n.count(runs)} valid runs ${n.list(["sec", ...others.map((one) => one.label)])} gave the same bytes (SHA-256 of the outputs, checked in every run)${failed === 0 ? "" : `; ${n.count(failed)} failed ${failed === 1 ? "one is" : "ones are"} left out`}.`,
      });
      const pixels = (count: (value: number) => string): Text => {
        const peer = peers.find((one) => one.comparedPixels !== null);
        if (peer === undefined) return { es: "los píxeles ", en: "the pixels " };
        const [some, all] = [count(peer.comparedPixels!), count(peer.shape.azimuth * peer.shape.range)];
        return { es: `los ${some} de ${all} píxeles `, en: `the ${some} of ${all} pixels ` };
      };
      const near = say({
        es: (n) =>
          `${n.list(peers.map((one) => `${one.label} (${wordCounts(one).es})`))} ${peers.length === 1 ? "coincide" : "coinciden"} con sec dentro de la tolerancia de programas ajenos en ${pixels(n.count).es}válidos en todas las fechas.`,
        en: (n) =>
          `${n.list(peers.map((one) => `${one.label} (${wordCounts(one).en})`))} ${peers.length === 1 ? "agrees" : "agree"} with sec within the tolerance for programs from outside, over ${pixels(n.count).en}valid in all dates.`,
      });
      return [
        ...(others.length > 0 ? [claimed("T2", same, rows(own))] : []),
        ...(peers.length > 0 ? [claimed("T2", near, rows(peers))] : []),
      ];
    }),
} as const satisfies Claim;

function isOwn({ kind }: Configuration): boolean {
  return kind === "statistics" || kind === "fused";
}

/** `6 corridas válidas`, with those that failed. */
function wordCounts({ counts: { kept, failed } }: Configuration): Text {
  return say({
    es: (n) =>
      `${n.count(kept)} ${kept === 1 ? "corrida válida" : "corridas válidas"}${failed === 0 ? "" : `, ${n.count(failed)} ${failed === 1 ? "fallida" : "fallidas"}`}`,
    en: (n) =>
      `${n.count(kept)} valid ${kept === 1 ? "run" : "runs"}${failed === 0 ? "" : `, ${n.count(failed)} failed`}`,
  });
}
