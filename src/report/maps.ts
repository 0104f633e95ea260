import type { MapRecord, MapsRecord } from "../core/maps";
import { formatShape } from "../core/raster";
import type { Chart } from "./charts/chart";
import { makePattern } from "./charts/patterns";
import { draw, INK, type Panel, type PlotModule } from "./draw";
import { missing } from "./drawing";
import { formatTick } from "./formatNumber";
import type { Lang } from "./language";
import { captionOf, describeMap, mapUnit } from "./mapsCaption";
import { mapUri, readMaps } from "./readMaps";
import { histogramPanel } from "./speckleHistogram";

const WIDTH = 920;
/** The pictures of a row share its width; a tall image is kept to this height. */
const COLUMNS = 2;
const GAP = 24;
const TALLEST = 400;
const LEFT = 44;
const RIGHT = 12;
const TOP = 24;
const BOTTOM = 22;
const BAR = 44;

/** F12. Mean, std, count and CV as maps, and the histogram of a homogeneous region against its Gamma. */
export const maps: Chart = {
  id: "mapas",
  figure: "F12",
  title: { es: "Mapas y estadística del speckle", en: "Maps and speckle statistics" },
  reading: {
    es: "Cada mapa lleva debajo su escala de colores, de lo más oscuro a lo más claro, y lo rayado no tiene datos. Las barras del histograma son las celdas medidas en una región homogénea y la línea es la distribución Gamma de igual media y varianza: si coinciden, lo que varía es speckle.",
    en: "Each map has its colour scale below, dark to light, and what is hatched has no data. The bars of the histogram are the cells measured in a homogeneous region and the line is the Gamma distribution of the same mean and variance: where they agree, what varies is speckle.",
  },
  draw({ folder }, lang) {
    const record = folder === null ? null : readMaps(folder);
    if (folder === null || record === null)
      return missing("la corrida no tiene mapas", "the run has no maps");
    const hatch = makePattern("mapas-vacio", "diagonal", "#ffffff", "#b22222");
    return draw({
      id: "mapas",
      title: maps.title[lang],
      subtitle: describeImage(record, lang),
      alt: record.maps.map((map) => describeMap(map, lang)).join("; "),
      caption: captionOf(record, lang),
      width: WIDTH,
      legend: record.maps.some((map) => map.noDataShare > 0)
        ? [{ shape: "swatch", color: hatch.fill, label: lang === "es" ? "sin datos" : "no data" }]
        : [],
      definitions: [hatch.definition, ...record.maps.map(gradient)],
      panels: (plot) => panelsOf(plot, folder, record, hatch.fill, lang),
    });
  },
};

function describeImage({ shape, looks, crop, dates, box }: MapsRecord, lang: Lang): string {
  const parts =
    lang === "es"
      ? [
          `${formatShape(shape)} celdas (acimut x rango), ${dates.length} fechas`,
          looks && `looks ${looks}`,
          crop && `recorte ${crop}`,
        ]
      : [
          `${formatShape(shape)} cells (azimuth x range), ${dates.length} dates`,
          looks && `looks ${looks}`,
          crop && `crop ${crop}`,
        ];
  const pixel =
    lang === "es"
      ? `un píxel del mapa promedia ${box.azimuth}x${box.range} celdas`
      : `a pixel of the map averages ${box.azimuth}x${box.range} cells`;
  return [...parts.filter((part) => part !== null), pixel].join(", ");
}

function panelsOf(plot: PlotModule, folder: string, record: MapsRecord, empty: string, lang: Lang): Panel[] {
  const { azimuth, range } = record.shape;
  const widest = (WIDTH - 32 - GAP * (COLUMNS - 1)) / COLUMNS - LEFT - RIGHT;
  const scale = Math.min(widest / range, TALLEST / azimuth);
  const size = { width: Math.max(1, range * scale), height: Math.max(1, azimuth * scale) };
  const rowHeight = TOP + size.height + BOTTOM + BAR + 8;
  const panels = record.maps.flatMap((map, i) => {
    const x = (i % COLUMNS) * (widest + LEFT + RIGHT + GAP);
    const y = Math.floor(i / COLUMNS) * rowHeight;
    const letter = String.fromCharCode(97 + i);
    return [
      mapPanel(
        plot,
        record,
        { x, y, ...size },
        mapUri(folder, map),
        `${letter}) ${describeMap(map, lang)}`,
        empty,
        lang,
      ),
      barPanel(plot, map, { x, y: y + TOP + size.height + BOTTOM, width: widest }, lang),
    ];
  });
  if (record.histogram === null) return panels;
  const y = Math.ceil(record.maps.length / COLUMNS) * rowHeight;
  return [...panels, histogramPanel(plot, record.histogram, { y, width: WIDTH - 32 }, lang)];
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function mapPanel(
  plot: PlotModule,
  { shape }: MapsRecord,
  { x, y, width, height }: Place,
  uri: string,
  title: string,
  empty: string,
  lang: Lang,
): Panel {
  const ticks = {
    ticks: 4,
    tickFormat: (value: number) => formatTick(value, lang),
    label: null,
    fontSize: 10,
    tickSize: 3,
  };
  const middle = [{ x: shape.range / 2, y: shape.azimuth / 2 }];
  const options: Panel["options"] = {
    width: width + LEFT + RIGHT,
    height: height + TOP + BOTTOM,
    marginLeft: LEFT,
    marginRight: RIGHT,
    marginTop: TOP,
    marginBottom: BOTTOM,
    x: { domain: [0, shape.range] },
    y: { domain: [shape.azimuth, 0] },
    marks: [
      plot.frame({ fill: empty, stroke: "none" }),
      plot.image(middle, {
        x: "x",
        y: "y",
        width,
        height,
        src: uri,
        preserveAspectRatio: "none",
        imageRendering: "pixelated",
      }),
      plot.frame({ stroke: INK, strokeWidth: 0.6 }),
      plot.axisX(ticks),
      plot.axisY({ ...ticks, ticks: Math.max(1, Math.min(4, Math.floor(height / 40))) }),
      plot.text([title], { frameAnchor: "top-left", dy: -TOP + 4, fontSize: 12, lineAnchor: "top" }),
    ],
  };
  return { x, y, options };
}

function gradient({ id, colours }: MapRecord): string {
  const stops = colours.map(
    (colour, i) => `<stop offset="${i / (colours.length - 1)}" stop-color="${colour}"/>`,
  );
  return `<linearGradient id="mapas-${id}" x1="0" x2="1" y1="0" y2="0">${stops.join("")}</linearGradient>`;
}

function barPanel(
  plot: PlotModule,
  map: MapRecord,
  { x, y, width }: Omit<Place, "height">,
  lang: Lang,
): Panel {
  const options: Panel["options"] = {
    width: width + LEFT + RIGHT,
    height: BAR,
    marginLeft: LEFT,
    marginRight: RIGHT,
    marginTop: 2,
    marginBottom: 32,
    x: { domain: [map.low, map.high] },
    y: { axis: null },
    marks: [
      plot.rect([map], {
        x1: "low",
        x2: "high",
        y1: 0,
        y2: 1,
        fill: `url(#mapas-${map.id})`,
        stroke: INK,
        strokeWidth: 0.6,
      }),
      plot.axisX({
        ticks: 5,
        tickSize: 3,
        tickFormat: (value: number) => formatTick(value, lang),
        label: mapUnit(map, lang),
        labelAnchor: "center",
        labelArrow: "none",
        fontSize: 10,
      }),
    ],
  };
  return { x, y, options };
}
