import { findGrowthAnswer, type GrowthRow, growthRows } from "../findings/growth";
import { dotStyle, labelEnds, lineFrame, lineGround, lineStyle } from "./lines";
import type { Chart } from "./plot";

/** A crossing this many times past the largest size is not drawn. */
const FARTHEST = 1.6;

/** Time against the dates or the pixels: points, fitted lines, and where the best line falls below that of `sec`. */
export const growth: Chart<GrowthRow> = {
  id: "crecimiento",
  rows: ({ summary }) => growthRows(summary),
  claim: ({ summary }, words) => words.growth.answer(findGrowthAnswer(summary)),
  reading: (words) => words.growth.reading,
  plot: (rows, context, words) => {
    const { plot } = context;
    const first = rows[0]!;
    const last = Math.max(...rows.map(({ size }) => size));
    const answer = rows.find((row) => row.isAnswer);
    const crossing = answer !== undefined && answer.crossing <= FARTHEST * last ? answer : null;
    const reach = 1.03 * Math.max(last, crossing?.crossing ?? 0);
    const named = answer?.label ?? "sec";
    const start = Math.min(...rows.map(({ size }) => size), crossing?.crossing ?? last);
    const at = ({ intercept, slope }: GrowthRow, size: number): number => intercept + slope * size;
    const lines = rows.filter((row, i) => rows.findIndex(({ label }) => label === row.label) === i);
    const ends = lines.flatMap((row) =>
      [start, reach].map((size) => ({ label: row.label, size, seconds: at(row, size) })),
    );
    const tops = rows.map(({ seconds, high }) => (high < 1.4 * seconds ? high : seconds));
    const top = 1.06 * Math.max(...tops, ...lines.map((row) => at(row, reach)));
    const frame = lineFrame(
      context,
      lines.map(({ label }) => label),
    );
    const sizes = [...new Set(rows.map(({ size }) => size))].sort((a, b) => a - b);
    return {
      ...frame.options,
      subtitle: words.growth.subtitle(first),
      caption: words.growth.note(
        rows.map(({ runs }) => runs),
        crossing !== null,
      ),
      x: { domain: [0, reach], clamp: true },
      y: { domain: [0, top], clamp: true },
      marks: [
        lineGround(
          context,
          { ticks: sizes, label: words.growth.sizes[first.variable] },
          { label: words.growth.seconds },
          words,
        ),
        crossing === null
          ? null
          : [
              plot.rectX([crossing], {
                x1: "crossingLow",
                x2: "crossingHigh",
                fill: "currentColor",
                fillOpacity: 0.09,
              }),
              plot.ruleX([crossing], { x: "crossing", strokeDasharray: "4 3" }),
              plot.text([crossing], {
                x: "crossing",
                frameAnchor: "top",
                dy: -12,
                text: (row: GrowthRow) => words.growth.crossing(row.crossing, row.variable),
                textAnchor: crossing.crossing > reach / 2 ? "end" : "start",
              }),
            ],
        plot.line(ends, { x: "size", y: "seconds", z: "label", ...lineStyle(named) }),
        plot.ruleX(
          rows.filter(({ label, low, high }) => low < high && (label === "sec" || label === named)),
          { x: "size", y1: "low", y2: "high", strokeOpacity: 0.6 },
        ),
        plot.dot(rows, {
          x: "size",
          y: "seconds",
          ...dotStyle(named),
          title: (row: GrowthRow) => words.growth.point(row.label, row.size, row.variable, row.seconds),
        }),
        labelEnds(
          context,
          lines.map((row) => ({ label: row.label, x: reach, y: at(row, reach) })),
          (y) => (1 - y / top) * frame.inner,
          named,
        ),
      ],
    };
  },
};
