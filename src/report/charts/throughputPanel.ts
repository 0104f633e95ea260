import type { EnvRecord } from "../../core/records";
import type { CacheEffect, Configuration, Level } from "../../evidence/summary";
import { GRID, INK, INNER_WIDTH, labelMargin, type Mark, MUTED, type Panel, type PlotModule } from "../draw";
import { formatEstimate, formatNumber, formatSeconds, formatTick } from "../formatNumber";
import type { Lang } from "../language";
import { textWidth } from "../textWidth";
import { rowNames, rowTexts } from "./axes";
import { layoutRows, rowPanel } from "./rowLayout";

const PITCH = 24;
export const WARM = "#d55e00";
export const COLD = "#0072b2";

export interface Entry {
  readonly label: string;
  readonly backend: string;
  readonly own: Configuration & { readonly megabytesPerSecond: number };
  /** The same configuration in the cold cache; null where it was not run. */
  readonly cold: Configuration | null;
  readonly effect: CacheEffect | null;
}

export function rates({ own, cold }: Entry): number[] {
  return [own.megabytesPerSecond, cold?.megabytesPerSecond ?? []].flat();
}

export function roofsOf({
  microbenchmarks: { readWarmMegabytesPerSecond, readColdMegabytesPerSecond },
}: EnvRecord) {
  return [
    {
      rate: readWarmMegabytesPerSecond,
      color: WARM,
      dash: "none",
      es: "techo de la caché",
      en: "roof of the cache",
    },
    {
      rate: readColdMegabytesPerSecond,
      color: COLD,
      dash: "5 3",
      es: "techo del disco",
      en: "roof of the disk",
    },
  ].flatMap((roof) => (roof.rate === null ? [] : [{ ...roof, rate: roof.rate }]));
}

export function throughputPanel(
  plot: PlotModule,
  entries: readonly Entry[],
  level: Level,
  env: EnvRecord,
  lang: Lang,
): Panel {
  const layout = layoutRows(entries, (entry) => entry.backend);
  const roofs = roofsOf(env);
  const all = [...entries.flatMap(rates), ...roofs.map((roof) => roof.rate)];
  const domain = [Math.min(...all) / 1.35, Math.max(...all) * 1.25] as const;
  const ticks = [1, 2, 5]
    .flatMap((digit) => [-1, 0, 1, 2, 3, 4].map((power) => digit * 10 ** power))
    .filter((tick) => tick >= domain[0] && tick <= domain[1]);
  const texts = entries.map((entry) => timesOf(entry, lang));
  const ownCold = level.key.cache === "cold";
  const links = layout.rows.flatMap(({ item, y }) =>
    item.cold === null ? [] : [{ x1: item.cold.megabytesPerSecond!, x2: item.own.megabytesPerSecond, y }],
  );
  const options: Panel["options"] = {
    width: INNER_WIDTH,
    ...rowPanel(layout, PITCH, 26),
    marginLeft: labelMargin(entries.map((entry) => entry.label)),
    marginRight: Math.max(...texts.map((text) => textWidth(text, 11))) + 18,
    x: { type: "log", domain: [...domain], axis: null },
    marks: [
      plot.gridX(ticks, { stroke: GRID, strokeOpacity: 1 }),
      plot.text(ticks, {
        x: (value: number) => value,
        text: (value: number) => formatTick(value, lang),
        frameAnchor: "bottom",
        dy: 14,
        fontSize: 11,
      }),
      plot.text(
        [
          lang === "es"
            ? "megabytes leídos por segundo (MB/s), escala logarítmica"
            : "megabytes read a second (MB/s), logarithmic",
        ],
        { frameAnchor: "bottom", dy: 33, fontSize: 11 },
      ),
      ...roofs.map(
        (roof): Mark =>
          plot.ruleX([roof.rate], { stroke: roof.color, strokeWidth: 2, strokeDasharray: roof.dash }),
      ),
      plot.text(roofs, {
        x: "rate",
        text: (roof) => `${formatNumber(roof.rate, lang)} MB/s`,
        frameAnchor: "top",
        dy: -14,
        fontSize: 11,
      }),
      plot.ruleY(links, { x1: "x1", x2: "x2", y: "y", stroke: MUTED, strokeWidth: 1.2 }),
      plot.dot(layout.rows, {
        x: (row) => row.item.own.megabytesPerSecond,
        y: "y",
        r: 4.5,
        symbol: "circle",
        fill: ownCold ? "#ffffff" : WARM,
        stroke: ownCold ? COLD : INK,
        strokeWidth: ownCold ? 2 : 0.8,
      }),
      plot.dot(
        layout.rows.filter((row) => row.item.cold !== null),
        {
          x: (row) => row.item.cold!.megabytesPerSecond!,
          y: "y",
          r: 4.5,
          symbol: "diamond",
          fill: "#ffffff",
          stroke: COLD,
          strokeWidth: 2,
        },
      ),
      rowNames(plot, layout.rows, (one) => one.label),
      rowTexts(plot, layout.rows, (one) => timesOf(one, lang)),
    ],
  };
  return { x: 0, y: 0, options };
}

function timesOf({ own, cold, effect }: Entry, lang: Lang): string {
  const seconds = formatSeconds(own.seconds!.value, lang);
  if (cold === null || cold.seconds === null) return seconds;
  const ratio = effect === null ? "" : ` · ×${formatEstimate(effect.comparison.ratio, lang)}`;
  return `${seconds} → ${formatSeconds(cold.seconds.value, lang)}${ratio}`;
}
