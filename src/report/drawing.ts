import type { Text } from "./language";

/** A finished chart: a standalone SVG (its own fonts, colours and white ground) and the words that go with it. */
export interface Drawing {
  readonly kind: "drawing";
  readonly id: string;
  readonly title: string;
  readonly svg: string;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** What the picture shows, for those who do not see it. */
  readonly alt: string;
  /** Units, number of runs, interval method, base seconds, machine. */
  readonly caption: string;
}

/** Why the records do not allow a chart. */
export interface Missing {
  readonly kind: "missing";
  readonly reason: Text;
}

export function missing(es: string, en: string): Missing {
  return { kind: "missing", reason: { es, en } };
}
