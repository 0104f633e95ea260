/** Patterns that tell fills apart without colour. */
export type PatternKind =
  | "plain"
  | "diagonal"
  | "back"
  | "dots"
  | "cross"
  | "horizontal"
  | "vertical"
  | "sparse";

const MARKS: Readonly<Record<PatternKind, string>> = {
  plain: "",
  diagonal: '<path d="M-2,2l4,-4M0,8l8,-8M6,10l4,-4" stroke-width="1.3"/>',
  back: '<path d="M-2,6l4,4M0,0l8,8M6,-2l4,4" stroke-width="1.3"/>',
  dots: '<circle cx="2" cy="2" r="1.1" stroke="none" fill="INK"/><circle cx="6" cy="6" r="1.1" stroke="none" fill="INK"/>',
  cross: '<path d="M0,0l8,8M8,0l-8,8" stroke-width="0.9"/>',
  horizontal: '<path d="M0,2h8M0,6h8" stroke-width="1.1"/>',
  vertical: '<path d="M2,0v8M6,0v8" stroke-width="1.1"/>',
  sparse: '<circle cx="4" cy="4" r="0.9" stroke="none" fill="INK"/>',
};

/** A fill of its own: `definition` goes into the figure, `fill` where a colour would stand. */
export interface Pattern {
  readonly definition: string;
  readonly fill: string;
}

/** @param id unique within the page, so it starts with the figure's id */
export function makePattern(id: string, kind: PatternKind, ground: string, ink: string): Pattern {
  const marks = MARKS[kind].replaceAll("INK", ink);
  return {
    definition:
      `<pattern id="${id}" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="${ground}"/>` +
      `<g stroke="${ink}" fill="none">${marks}</g></pattern>`,
    fill: `url(#${id})`,
  };
}

/** A colour mixed with white; share 1 is the colour itself. */
export function tint(color: string, share: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return `#${channels
    .map((value) =>
      Math.round(255 - (255 - value) * share)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}
