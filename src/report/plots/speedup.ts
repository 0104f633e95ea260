import { findSpeedupAnswer, type SpeedupRow, speedupRows } from "../findings/speedup";
import { dotStyle, labelEnds, lineFrame, lineGround, lineStyle } from "./lines";
import type { Chart } from "./plot";

const POWERS = Array.from({ length: 16 }, (_, i) => 2 ** (i - 5));

/** Speedup against workers, both in doublings: the ideal is a straight line, and 1 is the speed of `sec`. */
export const speedup: Chart<SpeedupRow> = {
  id: "speedup",
  rows: ({ level }) => (level === null ? [] : speedupRows(level)),
  claim: ({ level }, words) => words.speedup.answer(findSpeedupAnswer(level)),
  reading: (words) => words.speedup.reading,
  plot: (rows, context, words) => {
    const { plot } = context;
    const { cores } = rows[0]!;
    const named = rows.find((row) => row.isAnswer)?.program ?? "";
    const lines = rows.map((row) => ({ ...row, label: row.program }));
    const workers = [...new Set(rows.map((row) => row.workers))].sort((a, b) => a - b);
    const [least, most] = [workers[0]! / 1.12, workers.at(-1)! * 1.03];
    const within = Math.min(cores, workers.at(-1)!);
    const values = rows
      .flatMap(({ speedup, low, high }) => [speedup, low, high])
      .filter((value) => value > 0);
    const [bottom, top] = [Math.min(0.8, ...values) / 1.1, 1.1 * Math.max(within, ...values)];
    const ends = lines.filter((row, i) => lines.findLastIndex(({ label }) => label === row.label) === i);
    const frame = lineFrame(context, [...ends.map(({ label }) => label), words.speedup.ideal]);
    const bounds = lines.filter((row) => row.isAnswer && row.workers <= cores && !Number.isNaN(row.amdahl));
    const place = (value: number): number => (Math.log(top / value) / Math.log(top / bottom)) * frame.inner;
    return {
      ...frame.options,
      subtitle: words.speedup.subtitle(rows[0]!),
      caption: words.speedup.note(
        rows.map(({ runs }) => runs),
        bounds.length > 1,
      ),
      x: { type: "log", base: 2, domain: [least, most] },
      y: { type: "log", base: 2, domain: [bottom, top] },
      marks: [
        workers.at(-1)! > cores
          ? [
              plot.rect([cores], {
                x1: Math.sqrt(cores * workers.find((count) => count > cores)!),
                x2: most,
                y1: bottom,
                y2: top,
                fill: "currentColor",
                fillOpacity: 0.09,
              }),
              plot.text([words.speedup.oversubscribed], {
                frameAnchor: "bottom-right",
                dx: -4,
                dy: -6,
                text: (text: string) => text,
              }),
            ]
          : null,
        lineGround(
          context,
          { ticks: workers, label: words.speedup.workers },
          { ticks: POWERS.filter((power) => power >= bottom && power <= top), label: words.speedup.axis },
          words,
        ),
        plot.ruleY([1], { strokeWidth: 1.3 }),
        plot.line([1, within], {
          x: (value: number) => value,
          y: (value: number) => value,
          strokeDasharray: "5 4",
        }),
        plot.line(bounds, {
          x: "workers",
          y: "amdahl",
          stroke: lineStyle(named).stroke,
          z: null,
          strokeDasharray: "2 3",
          strokeWidth: 1.6,
        }),
        plot.line(lines, { x: "workers", y: "speedup", z: "label", ...lineStyle(named) }),
        plot.ruleX(
          lines.filter((row) => row.isAnswer && row.low < row.high),
          { x: "workers", y1: "low", y2: "high", stroke: lineStyle(named).stroke },
        ),
        plot.dot(lines, {
          x: "workers",
          y: "speedup",
          ...dotStyle(named),
          title: ({ program, ...row }) => words.speedup.point(program, row.workers, row.speedup),
        }),
        labelEnds(
          context,
          [
            ...ends.map(({ label, workers: x, speedup: y }) => ({ label, x, y })),
            { label: words.speedup.ideal, x: within, y: within },
            ...bounds
              .slice(1)
              .slice(-1)
              .map(({ workers: x, amdahl: y }) => ({ label: "Amdahl", x, y })),
          ],
          place,
          named,
        ),
      ],
    };
  },
};
