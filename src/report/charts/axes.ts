import type { Mark, PlotModule } from "../draw";
import { formatTick } from "../formatNumber";
import type { Lang } from "../language";
import type { Row } from "./rowLayout";

interface AxisWording {
  readonly lang: Lang;
  readonly label: string | null;
  /** About how many, or at which values. */
  readonly ticks?: number | readonly number[];
}

function axisOptions({ lang, label, ticks }: AxisWording) {
  return {
    tickFormat: (value: number) => formatTick(value, lang),
    label,
    labelArrow: "none" as const,
    fontSize: 11,
    ...(typeof ticks === "number" ? { ticks } : {}),
  };
}

/** The axis at the bottom, its name in the middle. */
export function bottomAxis(plot: PlotModule, wording: AxisWording): Mark {
  const options = { ...axisOptions(wording), labelAnchor: "center" as const };
  return typeof wording.ticks === "object" ? plot.axisX(wording.ticks, options) : plot.axisX(options);
}

/** The axis at the left, its name above. */
export function leftAxis(plot: PlotModule, wording: AxisWording): Mark {
  return plot.axisY(axisOptions(wording));
}

/** Values of a logarithmic axis at the left: Plot itself leaves most of them without a number. */
export function logLabels(plot: PlotModule, ticks: readonly number[], lang: Lang): Mark {
  return plot.text(ticks, {
    y: (value: number) => value,
    text: (value: number) => formatTick(value, lang),
    frameAnchor: "left",
    dx: -8,
    textAnchor: "end",
    fontSize: 11,
  });
}

/** The names of rows, to the left of the plotting area. */
export function rowNames<T>(plot: PlotModule, rows: readonly Row<T>[], nameOf: (item: T) => string): Mark {
  return plot.text(rows, {
    y: "y",
    text: ({ item }: Row<T>) => nameOf(item),
    frameAnchor: "left",
    dx: -8,
    textAnchor: "end",
    fontSize: 12,
  });
}

/** What is told of each row in words, to the right of the plotting area. */
export function rowTexts<T>(
  plot: PlotModule,
  rows: readonly Row<T>[],
  textOf: (item: T) => string,
  fontSize = 11,
): Mark {
  return plot.text(rows, {
    y: "y",
    text: ({ item }: Row<T>) => textOf(item),
    frameAnchor: "right",
    dx: 10,
    textAnchor: "start",
    fontSize,
  });
}

/** The name of a panel of several, above it. */
export function panelName(plot: PlotModule, name: string): Mark {
  return plot.text([name], { frameAnchor: "top-left", dy: -22, fontSize: 13, fontWeight: "bold" });
}
