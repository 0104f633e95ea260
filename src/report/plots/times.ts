import { findHeadline } from "../findings/headline";
import { type TimeRow, timeRows } from "../findings/times";
import { barList, pieceScale } from "./barList";
import type { Chart } from "./plot";

/** Past this multiple of the longest bar intervals are cut off: one unsteady configuration must not squeeze all others. */
const FARTHEST = 1.4;

/** Figure A: the median time of every configuration that does the work of `sec`, split along its critical path. */
export const times: Chart<TimeRow> = {
  id: "t_barras",
  rows: ({ level }) => (level === null ? [] : timeRows(level)),
  claim: ({ level }, words) => words.headline(findHeadline(level)),
  reading: (words) => words.times.reading,
  plot: (rows, context, words) => {
    const bars = rows.filter((row) => row.from === 0);
    const texts = bars.map(({ label, seconds, timesSec }) => ({
      label,
      text: words.times.value(seconds, label === "sec" || Number.isNaN(timesSec) ? null : timesSec),
    }));
    const ends = bars.map(({ seconds, high }) => (Number.isNaN(high) ? seconds : high));
    const longest = Math.max(...bars.map(({ seconds }) => seconds));
    const last = Math.min(Math.max(...ends), FARTHEST * longest);
    const list = barList(context, texts, { last, unit: "s" }, words);
    const alike = bars.filter((row) => row.alike).map((row) => row.label);
    return {
      ...list.options,
      subtitle: words.times.subtitle(rows[0]!),
      caption: words.times.note(
        bars.map(({ runs }) => runs),
        alike.length > 0,
      ),
      color: pieceScale(rows, words),
      marks: [
        list.band(alike),
        list.ground,
        list.parts(rows, ({ label, from, to, seconds }, name) =>
          words.times.piece(label, name, to - from, seconds),
        ),
        list.intervals(bars),
        list.texts,
      ],
    };
  },
};
