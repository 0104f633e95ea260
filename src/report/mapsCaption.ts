import type { EnlEstimate, MapRecord, MapsRecord } from "../core/maps";
import { formatWindow } from "../core/raster";
import { formatCount, formatFixed, formatNumber, formatPercent } from "./formatNumber";
import type { Lang } from "./language";

/** Less than this is no sampling error of 1, the ENL of single-look speckle. */
const LEAST_OF_SPECKLE = 0.9;

/** What the colour bar of a map is labelled with. */
export function mapUnit({ id, scale }: MapRecord, lang: Lang): string {
  if (scale === "decibel")
    return lang === "es" ? "dB (10 log₁₀ |S|², sin calibrar)" : "dB (10 log₁₀ |S|², not calibrated)";
  if (id === "count") return lang === "es" ? "fechas" : "dates";
  return lang === "es" ? "sin unidad (lineal)" : "no unit (linear)";
}

/** `media`, with the share of cells that have none. */
export function describeMap({ title, noDataShare }: MapRecord, lang: Lang): string {
  if (noDataShare === 0) return title[lang];
  const share =
    noDataShare < 0.0005 ? `< ${formatPercent(0.001, lang, 1)}` : formatPercent(noDataShare, lang, 1);
  return `${title[lang]} (${lang === "es" ? "sin datos" : "no data"}: ${share})`;
}

/** Units, stretch, ENL and how it was measured, and where the histogram is from. */
export function captionOf(record: MapsRecord, lang: Lang): string {
  const unit =
    lang === "es"
      ? "Intensidad |S|², sin calibrar; los mapas promedian potencia y recién después se pasa a dB."
      : "Intensity |S|², not calibrated; maps average power, decibels are taken afterwards.";
  const stretches = record.maps.map((map) => describeStretch(map, lang)).join("; ");
  return [
    unit,
    `${lang === "es" ? "Escalas" : "Stretch"}: ${stretches}.`,
    describeEnl(record, lang),
    describeHistogram(record, lang),
  ].join(" ");
}

function describeStretch(map: MapRecord, lang: Lang): string {
  const unit = map.scale === "decibel" ? "\u00a0dB" : "";
  const decimals = map.percentiles === null ? 0 : map.scale === "decibel" ? 1 : 2;
  const ends = [map.low, map.high].map((value) => formatFixed(value, decimals, lang));
  const how =
    map.percentiles === null
      ? { es: "todo el rango posible", en: "whole possible range" }[lang]
      : { es: `percentiles ${map.percentiles.join("–")}`, en: `percentiles ${map.percentiles.join("–")}` }[
          lang
        ];
  return `${map.title[lang]} ${ends.join(lang === "es" ? " a " : " to ")}${unit} (${how})`;
}

function describeEnl({ enl, looks }: MapsRecord, lang: Lang): string {
  const { overall, side, regions } = enl;
  if (overall === null) {
    return lang === "es"
      ? "ENL: no hay ventanas suficientes sin huecos para estimarlo."
      : "ENL: too few windows without gaps to estimate it.";
  }
  const measured = regions.flatMap(({ estimate }) => (estimate === null ? [] : [estimate.enl]));
  const asked =
    looks === null ? "" : lang === "es" ? `, con ${looks} looks tomados` : `, ${looks} looks taken`;
  const range = [Math.min(...measured), Math.max(...measured)].map((value) => formatNumber(value, lang));
  const parts =
    measured.length < 2
      ? ""
      : lang === "es"
        ? ` Por partes de la imagen (${measured.length} de ${regions.length} medibles): ${range[0]} a ${range[1]}.`
        : ` By parts of the image (${measured.length} of ${regions.length} measurable): ${range[0]} to ${range[1]}.`;
  const texture =
    overall.enl >= LEAST_OF_SPECKLE
      ? ""
      : lang === "es"
        ? " El speckle puro no baja de 1: estas ventanas contienen textura o blancos, y el valor no mide looks."
        : " Pure speckle does not go below 1: these windows hold texture or targets, and the value does not measure looks.";
  return lang === "es"
    ? `ENL por fecha = ${formatEnl(overall, lang)}${asked}: moda de media²/varianza en ${formatCount(overall.windows, lang)} ventanas de ${side}x${side} celdas, promediada en las ${formatCount(overall.homogeneous, lang)} homogéneas (± un error estándar, como si las celdas fueran independientes; con sobremuestreo el ENL es menor que los looks).${texture}${parts}`
    : `ENL of a date = ${formatEnl(overall, lang)}${asked}: mode of mean²/variance in ${formatCount(overall.windows, lang)} windows of ${side}x${side} cells, averaged over the ${formatCount(overall.homogeneous, lang)} homogeneous ones (± one standard error, as if cells were independent; oversampled data have an ENL below the looks).${texture}${parts}`;
}

/** With the decimals that its error leaves. */
function formatEnl({ enl, standardError }: EnlEstimate, lang: Lang): string {
  const decimals = Math.min(4, Math.max(0, 1 - Math.floor(Math.log10(standardError))));
  return `${formatFixed(enl, decimals, lang)}\u00a0±\u00a0${formatFixed(standardError, decimals, lang)}`;
}

function describeHistogram({ histogram }: MapsRecord, lang: Lang): string {
  if (histogram === null) {
    return lang === "es"
      ? "Sin histograma: ninguna región está libre de huecos."
      : "No histogram: no region is free of gaps.";
  }
  const { date, window, samples, outside, gamma } = histogram;
  const where = formatWindow(window);
  const [shape, scale] = [formatNumber(gamma.shape, lang), formatNumber(gamma.scale, lang)];
  return lang === "es"
    ? `Histograma: ${formatCount(samples, lang)} celdas de ${date} en la región ${where} (filas, columnas, fila 0, columna 0), la de media²/varianza más cercana al ENL; ${formatCount(outside, lang)} quedan fuera de las barras. Gamma ajustada por media y varianza: forma ${shape}, escala ${scale}.`
    : `Histogram: ${formatCount(samples, lang)} cells of ${date} in the region ${where} (rows, columns, row 0, column 0), that of the mean²/variance nearest to the ENL; ${formatCount(outside, lang)} lie outside the bars. Gamma of its mean and variance: shape ${shape}, scale ${scale}.`;
}
