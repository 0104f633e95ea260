import { type FusedRow, findFusedAnswer, fusedRows } from "../findings/fused";
import { barList, pieceScale } from "./barList";
import type { Chart } from "./plot";

/** From the SLC to mean and std: `prep` and `sec` one after the other against `fused`, split along the critical path. */
export const fused: Chart<FusedRow> = {
  id: "fusionado",
  rows: ({ summary }) => fusedRows(summary),
  claim: ({ summary }, words) => words.fused.answer(findFusedAnswer(summary)),
  reading: (words) => words.fused.reading,
  plot: (rows, context, words) => {
    const bars = rows.filter((row) => row.from === 0);
    const texts = bars.map(({ label, seconds, timesSeparate }) => ({
      label,
      text: words.times.value(seconds, Number.isNaN(timesSeparate) ? null : timesSeparate),
    }));
    const longest = Math.max(...bars.map(({ seconds }) => seconds));
    const highest = Math.max(...bars.map(({ seconds, high }) => (high > seconds ? high : seconds)));
    const list = barList(context, texts, { last: Math.min(1.4 * longest, highest), unit: "s" }, words);
    const divisions = rows.filter((row, i) => row.from > 0 && rows[i - 1]!.stage !== row.stage);
    return {
      ...list.options,
      subtitle: words.fused.subtitle(rows[0]!),
      caption: words.fused.note(bars.map(({ runs }) => runs)),
      color: pieceScale(rows, words),
      marks: [
        list.ground,
        list.parts(rows, ({ stage, from, to, seconds }, name) =>
          words.times.piece(stage, name, to - from, seconds),
        ),
        context.plot.tickX(divisions, { ...list.bar, x: "from", strokeWidth: 2.5 }),
        list.intervals(bars),
        list.texts,
      ],
    };
  },
};
