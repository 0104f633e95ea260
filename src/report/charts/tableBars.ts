import { RecordError } from "../../core/errors";
import type { Resultado } from "../../records/resultados";
import { draw, GRID, INK, labelMargin, type Mark, type Panel, type PlotModule } from "../draw";
import type { Drawing } from "../drawing";
import { formatFixed, formatSeconds } from "../formatNumber";
import type { Lang } from "../language";
import type { LegendItem } from "../legend";
import { bottomAxis, rowNames, rowTexts } from "./axes";
import { styleOf } from "./backendStyle";
import { parseLabel } from "./parseLabel";
import { tint } from "./patterns";
import { layoutRows, rowPanel } from "./rowLayout";
import { speedup } from "./speedup";

const WIDTH = 820;
const PITCH = 30;

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly text: string;
}

/**
 * The two charts of a bare table of times, in the order of its rows: the times, and T_sec / T of each. A table tells
 * neither runs nor intervals, so none are drawn, and which differences are real cannot be seen.
 * @throws RecordError there is not exactly one row `sec`
 */
export function drawTable(rows: readonly Resultado[], path: string, lang: Lang): readonly [Drawing, Drawing] {
  const es = lang === "es";
  const base = secondsOfSec(rows, path);
  const note = es
    ? `n = 1 tiempo por etiqueta, sin intervalo: la tabla no dice qué diferencias se distinguen del ruido ni en qué máquina se midió.`
    : `n = 1 time a label, no interval: the table does not tell which differences clear the noise, nor the machine.`;
  const times = rows.map(({ label, seconds }) => ({
    label,
    value: seconds,
    text: formatSeconds(seconds, lang),
  }));
  const ratios = rows.map(({ label, seconds }) => ({
    label,
    value: base / seconds,
    text: formatFixed(base / seconds, 2, lang),
  }));
  const named = `Base: sec = ${formatSeconds(base, lang)}.`;
  return [
    drawBars(times, {
      id: "t_barras",
      title: es ? "Tiempo de cada configuración" : "Time of every configuration",
      axis: es ? "segundos (s)" : "seconds (s)",
      caption: `${es ? "Segundos (s) tal como figuran en la tabla." : "Seconds (s) as the table has them."} ${named} ${note}`,
      reference: base,
      lang,
    }),
    drawBars(ratios, {
      id: "speedup",
      title: speedup.title[lang],
      axis: es
        ? "aceleración T_sec / T (mayor que 1: más rápido que sec)"
        : "speedup T_sec / T (above 1: faster than sec)",
      caption: `${es ? "Aceleración T_sec / T, sin unidad." : "Speedup T_sec / T, no unit."} ${named} ${note}`,
      reference: 1,
      lang,
    }),
  ];
}

function secondsOfSec(rows: readonly Resultado[], path: string): number {
  const found = rows.filter((row) => row.label === "sec");
  if (found.length === 1) return found[0]!.seconds;
  const labels = rows.map((row) => row.label).join(", ");
  throw new RecordError(
    `${path}: found ${found.length === 0 ? "no row" : `${found.length} rows`} sec (labels: ${labels}), expected one, which speedups are told against; ` +
      (found.length === 0 ? "add the time of the sequential run" : "keep the one that counts"),
    { path },
  );
}

interface Wording {
  readonly id: string;
  readonly title: string;
  readonly axis: string;
  readonly caption: string;
  /** Where `sec` stands. */
  readonly reference: number;
  readonly lang: Lang;
}

function drawBars(bars: readonly Bar[], { id, title, axis, caption, reference, lang }: Wording): Drawing {
  const legend: LegendItem[] = [{ shape: "line", color: INK, dash: "4 3", label: "sec" }];
  return draw({
    id,
    title,
    alt: bars.map((bar) => `${bar.label}: ${bar.text}`).join("; "),
    caption,
    width: WIDTH,
    legend,
    panels: (plot) => [panelOf(plot, bars, axis, reference, lang)],
  });
}

function panelOf(plot: PlotModule, bars: readonly Bar[], axis: string, reference: number, lang: Lang): Panel {
  const layout = layoutRows(bars, () => "");
  const most = Math.max(reference, ...bars.map((bar) => bar.value));
  const options: Panel["options"] = {
    width: WIDTH - 32,
    ...rowPanel(layout, PITCH),
    marginLeft: labelMargin(bars.map((bar) => bar.label)),
    marginRight: 84,
    x: { domain: [0, most] },
    marks: [
      plot.gridX({ stroke: GRID, strokeOpacity: 1 }),
      bottomAxis(plot, { lang, label: axis, ticks: 8 }),
      ...layout.rows.map(({ item, y }): Mark => {
        const { color } = styleOf(parseLabel(item.label).backend);
        return plot.rect([item], {
          x1: 0,
          x2: item.value,
          y1: y - 0.36,
          y2: y + 0.36,
          fill: tint(color, 0.4),
          stroke: color,
          strokeWidth: 1,
        });
      }),
      plot.ruleX([reference], { stroke: INK, strokeDasharray: "4 3", strokeWidth: 1 }),
      rowNames(plot, layout.rows, (one) => one.label),
      rowTexts(plot, layout.rows, (one) => one.text, 12),
    ],
  };
  return { x: 0, y: 0, options };
}
