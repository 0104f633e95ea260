import type { BreakEven, Growth, GrowthLine } from "../../evidence/summary";
import { GRID, INK, INNER_WIDTH, type Mark, type Panel, type PlotModule } from "../draw";
import { formatNumber } from "../formatNumber";
import type { Lang } from "../language";
import { textWidth } from "../textWidth";
import { bottomAxis, leftAxis } from "./axes";
import { styleOf } from "./backendStyle";

const HEIGHT = 380;
const LABEL_PITCH = 15;
export const LETTERS = "ABCDE";

export interface Series {
  readonly line: GrowthLine;
  readonly backend: string;
}

export function growthPanel(
  plot: PlotModule,
  { variable, sizes }: Growth,
  series: readonly Series[],
  crossings: readonly BreakEven[],
  lang: Lang,
): Panel {
  const es = lang === "es";
  const last = sizes.at(-1)!;
  const reach =
    Math.max(last, ...crossings.filter((one) => one.size.value <= 1.6 * last).map((one) => one.size.value)) *
    1.04;
  const at = ({ line }: Series, size: number): number =>
    line.interceptSeconds.value + line.slopeSeconds.value * size;
  const top =
    Math.max(
      ...series.flatMap((one) => [
        at(one, reach),
        ...one.line.points.map(({ seconds }) => seconds.interval?.high ?? seconds.value),
      ]),
    ) * 1.06;
  const texts = series.map(
    (one) =>
      `${one.line.label}: ${formatNumber(one.line.interceptSeconds.value, lang)} + ${formatNumber(one.line.slopeSeconds.value, lang)}·n`,
  );
  const [marginTop, marginBottom] = [22, 42];
  const scale = (HEIGHT - marginTop - marginBottom) / top;
  const shifts = spreadApart(series.map((one) => (top - at(one, reach)) * scale));
  const visible = crossings.flatMap((one, index) => {
    const size = one.size.value;
    const crossed = series.find(({ line }) => line.label === one.label)!;
    return size <= reach ? [{ size, seconds: at(crossed, size), letter: LETTERS[index]! }] : [];
  });
  const options: Panel["options"] = {
    width: INNER_WIDTH,
    height: HEIGHT,
    marginLeft: 44,
    marginRight: Math.max(...texts.map((text) => textWidth(text, 11.5))) + 20,
    marginTop,
    marginBottom,
    x: { domain: [0, reach] },
    y: { domain: [0, top] },
    marks: [
      plot.gridY({ stroke: GRID, strokeOpacity: 1 }),
      bottomAxis(plot, {
        lang,
        label:
          variable === "dates"
            ? es
              ? "fechas (n)"
              : "dates (n)"
            : es
              ? "megapíxeles (n)"
              : "megapixels (n)",
        ticks: sizes,
      }),
      leftAxis(plot, { lang, label: es ? "segundos (s)" : "seconds (s)" }),
      ...series.flatMap((one) =>
        seriesMarks(
          plot,
          one,
          [0, reach].map((size) => ({ size, seconds: at(one, size) })),
        ),
      ),
      plot.ruleX(visible, {
        x: "size",
        y1: 0,
        y2: "seconds",
        stroke: INK,
        strokeDasharray: "3 3",
        strokeWidth: 1,
      }),
      plot.dot(visible, { x: "size", y: "seconds", r: 8, fill: "#ffffff", stroke: INK, strokeWidth: 1.2 }),
      plot.text(visible, { x: "size", y: "seconds", text: "letter", fontSize: 10.5, fontWeight: "bold" }),
      ...series.map((one, i) =>
        plot.text([one], {
          x: reach,
          y: at(one, reach),
          text: () => texts[i]!,
          dx: 8,
          dy: shifts[i]!,
          textAnchor: "start",
          fontSize: 11.5,
        }),
      ),
    ],
  };
  return { x: 0, y: 0, options };
}

function seriesMarks(
  plot: PlotModule,
  { line, backend }: Series,
  ends: readonly { readonly size: number; readonly seconds: number }[],
): Mark[] {
  const { color, symbol, dash } = styleOf(backend);
  const intervals = line.points.flatMap(({ size, seconds }) =>
    seconds.interval === null ? [] : [{ size, ...seconds.interval }],
  );
  return [
    plot.line(ends, { x: "size", y: "seconds", stroke: color, strokeWidth: 2, strokeDasharray: dash }),
    plot.ruleX(intervals, {
      x: "size",
      y1: "low",
      y2: "high",
      stroke: INK,
      strokeWidth: 1.1,
      marker: "tick",
    }),
    plot.dot(line.points, {
      x: "size",
      y: (point) => point.seconds.value,
      symbol,
      r: 4.5,
      fill: color,
      stroke: INK,
      strokeWidth: 0.8,
    }),
  ];
}

/** How far each label has to move from its place so that none stands on another. */
function spreadApart(places: readonly number[]): readonly number[] {
  const order = places.map((_, index) => index).sort((a, b) => places[a]! - places[b]!);
  const shifts = places.map(() => 0);
  let last = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    const place = Math.max(places[index]!, last + LABEL_PITCH);
    shifts[index] = place - places[index]!;
    last = place;
  }
  return shifts;
}
