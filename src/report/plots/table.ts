import { RecordError } from "../../core/errors";
import type { Resultado } from "../../records/resultados";
import { barList } from "./barList";
import type { Chart } from "./plot";

interface TableBar {
  readonly label: string;
  readonly piece: "whole";
  readonly from: 0;
  readonly to: number;
}

/** A bare table of times, in the order of its rows: it tells neither runs nor intervals, so none are drawn. */
type TableChart = Chart<TableBar, readonly Resultado[]>;

/** The two charts of a table: the times, and T_sec / T of each. */
export const TABLE_CHARTS: readonly TableChart[] = [chartOf("t_barras"), chartOf("speedup")];

function chartOf(id: "t_barras" | "speedup"): TableChart {
  const isTimes = id === "t_barras";
  return {
    id,
    rows: (table) => {
      const base = table.find(({ label }) => label === "sec")?.seconds ?? Number.NaN;
      return table.map(({ label, seconds }) => ({
        label,
        piece: "whole",
        from: 0,
        to: isTimes ? seconds : base / seconds,
      }));
    },
    claim: (_, words) => words.table[id].title,
    reading: (words) => words.table.note,
    plot: (rows, context, words) => {
      const texts = rows.map(({ label, to }) => ({
        label,
        text: isTimes ? words.times.value(to, null) : words.table.speedup.value(to),
      }));
      const sec = rows.find(({ label }) => label === "sec")!;
      const last = Math.max(...rows.map(({ to }) => to));
      const list = barList(context, texts, { last, unit: isTimes ? "s" : "" }, words);
      return {
        ...list.options,
        subtitle: words.table[id].subtitle,
        caption: words.table.note,
        marks: [
          list.ground,
          context.plot.barX(rows, {
            ...list.bar,
            x1: "from",
            x2: "to",
            fill: "currentColor",
            fillOpacity: 0.45,
          }),
          context.plot.ruleX([sec.to], { strokeDasharray: "4 3" }),
          list.texts,
        ],
      };
    },
  };
}

/** @throws RecordError there is not exactly one row `sec` */
export function requireSec(rows: readonly Resultado[], path: string): void {
  const found = rows.filter((row) => row.label === "sec").length;
  if (found === 1) return;
  const labels = rows.map((row) => row.label).join(", ");
  throw new RecordError(
    `${path}: found ${found === 0 ? "no row" : `${found} rows`} sec (labels: ${labels}), expected one, which speedups are told against; ` +
      (found === 0 ? "add the time of the sequential run" : "keep the one that counts"),
    { path },
  );
}
