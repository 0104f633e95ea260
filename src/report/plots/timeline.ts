import { type TimelineRow, timelineRows } from "../findings/timeline";
import { barList, pieceScale } from "./barList";
import type { Chart } from "./plot";

/** What each worker of a configuration does while its traced run of median time goes on. */
export function timelineOf(configuration: string): Chart<TimelineRow> {
  return {
    id: `linea_${configuration}`,
    rows: ({ level }) => (level === null ? [] : timelineRows(level, configuration)),
    claim: ({ level }, words) => {
      const [first, ...rest] = level === null ? [] : timelineRows(level, configuration);
      if (first === undefined) return words.timeline.noTrace(configuration);
      return words.timeline.claim(
        configuration,
        Math.max(first.computing, ...rest.map((row) => row.computing)),
      );
    },
    reading: (words) => words.timeline.reading,
    plot: (rows, context, words) => {
      const named = rows.map((row) => ({ ...row, label: words.timeline.worker(row) }));
      const bars = named.filter((row, i) => named.findIndex(({ label }) => label === row.label) === i);
      const texts = bars.map(({ label, computing }) => ({
        label,
        text: words.timeline.computing(computing),
      }));
      const { wallSeconds } = rows[0]!;
      const list = barList(context, texts, { last: wallSeconds, unit: "s" }, words);
      return {
        ...list.options,
        subtitle: words.timeline.subtitle(wallSeconds),
        caption: words.timeline.note,
        color: pieceScale(rows, words),
        marks: [list.ground, list.parts(named), list.texts],
      };
    },
  };
}
