import { formatShape } from "../../core/raster";
import type { BreakEven, Growth } from "../../evidence/summary";
import { draw, FIGURE_WIDTH, INK } from "../draw";
import { missing } from "../drawing";
import { formatCount, formatEstimate, formatNumber } from "../formatNumber";
import type { Lang } from "../language";
import type { LegendItem } from "../legend";
import { pickRepresentatives } from "./backendStyle";
import { cacheName, describeMachine, joinCaption, medianMethod } from "./caption";
import type { Chart } from "./chart";
import { growthPanel, LETTERS, type Series } from "./growthPanel";

/** Crossings that are drawn; the sentences tell the others. */
const MOST_CROSSINGS = 5;
/** F7. Time against size of the stack, with the sizes at which lines cross. */
export const growth: Chart = {
  id: "crecimiento",
  figure: "F7",
  title: {
    es: "Cómo crece el tiempo con el tamaño de la pila",
    en: "How time grows with the size of the stack",
  },
  reading: {
    es: "Cada marca es la mediana de un backend en un tamaño, con su intervalo, y la recta es T(n) = a + c·n: la altura con que arranca es lo que cuesta empezar y la pendiente lo que cuesta cada fecha o megapíxel más. Cada letra marca un cruce con sec, n*: a partir de ese tamaño gana el que arranca más alto y crece menos; fuera de lo medido es una extrapolación.",
    en: "Each mark is the median of a backend at one size, with its interval, and the line is T(n) = a + c·n: the height it starts at is what starting costs and the slope what each further date or megapixel costs. Each letter marks a crossing with sec, n*: from that size on the one that starts higher and grows less is faster; outside the sizes measured it is an extrapolation.",
  },
  draw(report, lang) {
    const { summary, level, env } = report;
    const chosen = summary.growth.find((one) => one.variable === "dates") ?? summary.growth[0];
    if (chosen === undefined || level === null) {
      return missing(
        "se midió un solo tamaño: hacen falta al menos dos (por ejemplo --dates 2,4,8)",
        "one size was measured: at least two are needed (such as --dates 2,4,8)",
      );
    }
    const labels = pickRepresentatives(level.configurations, (one) =>
      chosen.lines.some((line) => line.label === one.label),
    );
    const series = labels.map(
      (one): Series => ({
        backend: one.backend,
        line: chosen.lines.find((line) => line.label === one.label)!,
      }),
    );
    if (series.length === 0) {
      return missing(
        "ninguna configuración tiene corridas en todos los tamaños",
        "no configuration has runs at every size",
      );
    }
    const crossings = crossingsOf(chosen, series);
    const medians = series.flatMap(({ line }) => line.points.map((point) => point.seconds));
    const counts = medians.map((one) => one.n);
    return draw({
      id: growth.id,
      title: growth.title[lang],
      subtitle: describeHeld(chosen, lang),
      alt: describeSeries(series, crossings, lang),
      caption: joinCaption(
        lang === "es"
          ? `Segundos (s) de proceso completo. n = ${Math.min(...counts)}–${Math.max(...counts)} corridas por marca; ${medianMethod(medians, lang)}. Rectas: media de las de cada bloque, por mínimos cuadrados; n* con intervalo de Fieller (95 %).`
          : `Seconds (s) of the whole process. n = ${Math.min(...counts)}–${Math.max(...counts)} runs a mark; ${medianMethod(medians, lang)}. Lines: mean of those of each block, by least squares; n* with Fieller interval (95%).`,
        chosen.sizes.length === 2
          ? lang === "es"
            ? "Con dos tamaños una recta pasa siempre: no prueba que el crecimiento lo sea."
            : "With two sizes a line always fits: it does not show that growth is straight."
          : "",
        describeMachine(env, lang),
      ),
      width: FIGURE_WIDTH,
      legend: legendOf(crossings, lang),
      panels: (plot) => [growthPanel(plot, chosen, series, crossings, lang)],
    });
  },
};

/** Crossings with sec first, and those within the sizes measured before extrapolated ones. */
function crossingsOf({ breakEven }: Growth, series: readonly Series[]): readonly BreakEven[] {
  const shown = new Set(series.map(({ line }) => line.label));
  const order = (one: BreakEven): number =>
    Number(one.extrapolated) * 2 + Number(one.label !== "sec" && one.than !== "sec");
  return breakEven
    .flatMap(({ a, b, result }) =>
      shown.has(a) && shown.has(b) && result.value !== null ? [result.value] : [],
    )
    .filter((one) => one.label === "sec" || one.than === "sec")
    .sort((a, b) => order(a) - order(b) || a.size.value - b.size.value)
    .slice(0, MOST_CROSSINGS);
}

function describeHeld({ variable, dates, shape, cache }: Growth, lang: Lang): string {
  const es = lang === "es";
  const held =
    variable === "dates"
      ? `${es ? "Fechas de" : "Dates of"} ${formatShape(shape!)}`
      : `${formatCount(dates!, lang)} ${es ? "fechas" : "dates"}`;
  return `${held}, ${cacheName(cache, lang)}`;
}

function legendOf(crossings: readonly BreakEven[], lang: Lang): LegendItem[] {
  const es = lang === "es";
  return crossings.map((one, index) => {
    const size = `n* = ${formatEstimate(one.size, lang)}`;
    const far = one.extrapolated ? (es ? ", extrapolado" : ", extrapolated") : "";
    const told = es
      ? `${one.label} gana a ${one.than} desde ${size}${far}`
      : `${one.label} beats ${one.than} from ${size}${far}`;
    return { shape: "letter", letter: LETTERS[index]!, color: INK, label: told };
  });
}

function describeSeries(series: readonly Series[], crossings: readonly BreakEven[], lang: Lang): string {
  return [
    ...series.map(
      ({ line }) =>
        `${line.label}: ${formatNumber(line.interceptSeconds.value, lang)} s + ${formatNumber(line.slopeSeconds.value, lang)} s · n`,
    ),
    ...crossings.map((one) => `${one.label} = ${one.than}: n* ${formatNumber(one.size.value, lang)}`),
  ].join("; ");
}
