import type { Configuration } from "../../evidence/summary";
import { INK, type Mark, type PlotModule } from "../draw";
import type { Lang } from "../language";
import type { LegendItem } from "../legend";
import { styleOf } from "./backendStyle";
import { placeLabels } from "./placeLabels";

/** A plotting area in pixels, and where its axes end; they begin at 0. */
interface Area {
  readonly width: number;
  readonly height: number;
  readonly most: number;
  readonly top: number;
}

/** A dot a configuration, open where it has more workers than cores, each with its label beside it. */
export function configurationDots<T extends Configuration>(
  plot: PlotModule,
  shown: readonly T[],
  x: (one: T) => number,
  y: (one: T) => number,
  area: Area,
): Mark[] {
  const anchors = shown.map((one) => ({
    label: one.label,
    x: (x(one) / area.most) * area.width,
    y: area.height * (1 - y(one) / area.top),
  }));
  return [
    ...shown.map((one): Mark => {
      const { color, symbol } = styleOf(one.backend);
      const look = one.oversubscribed
        ? { fill: "#ffffff", stroke: color, strokeWidth: 2 }
        : { fill: color, stroke: INK, strokeWidth: 0.8 };
      return plot.dot([one], { x, y, symbol, r: 5, ...look });
    }),
    ...placeLabels(anchors, area, 11.5).map(
      ({ label, dx, dy, textAnchor }, i): Mark =>
        plot.text([shown[i]!], {
          x,
          y,
          text: () => label,
          dx,
          dy,
          textAnchor,
          fontSize: 11.5,
          stroke: "#ffffff",
          strokeWidth: 3,
          fill: INK,
        }),
    ),
  ];
}

/** What open dots and the capped lines of `intervals` mean, where there are any. */
export function dotLegend(shown: readonly Configuration[], intervals: string, lang: Lang): LegendItem[] {
  const open = lang === "es" ? "más trabajadores que núcleos" : "more workers than cores";
  const items: LegendItem[] = [];
  if (shown.some((one) => one.oversubscribed)) items.push({ shape: "open", color: INK, label: open });
  if (shown.some((one) => (one.seconds?.interval ?? null) !== null)) {
    items.push({ shape: "interval", color: INK, label: intervals });
  }
  return items;
}
