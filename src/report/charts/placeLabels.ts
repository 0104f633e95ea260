import { textWidth } from "../textWidth";

/** A mark that wants its label beside it, in pixels. */
interface Anchor {
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

/** Where its label goes: offsets from the mark, and the end of the text that stands there. */
interface PlacedLabel extends Anchor {
  readonly dx: number;
  readonly dy: number;
  readonly textAnchor: "start" | "middle" | "end";
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const OFFSETS = [
  { dx: 9, dy: 0, textAnchor: "start" },
  { dx: -9, dy: 0, textAnchor: "end" },
  { dx: 0, dy: -13, textAnchor: "middle" },
  { dx: 0, dy: 14, textAnchor: "middle" },
  { dx: 9, dy: -11, textAnchor: "start" },
  { dx: 9, dy: 11, textAnchor: "start" },
  { dx: -9, dy: -11, textAnchor: "end" },
  { dx: -9, dy: 11, textAnchor: "end" },
  { dx: 9, dy: -22, textAnchor: "start" },
  { dx: 9, dy: 22, textAnchor: "start" },
  { dx: -9, dy: -22, textAnchor: "end" },
  { dx: -9, dy: 22, textAnchor: "end" },
  { dx: 0, dy: -27, textAnchor: "middle" },
  { dx: 0, dy: 28, textAnchor: "middle" },
] as const;

/**
 * Each label where it covers least of the marks, of the labels placed before it, and of what is outside the frame:
 * the first such place of a fixed list, so that equal marks give equal pictures.
 * @param frame width and height of the plotting area, whose corner is the origin
 */
export function placeLabels(
  anchors: readonly Anchor[],
  frame: { readonly width: number; readonly height: number },
  fontSize: number,
): readonly PlacedLabel[] {
  const marks = anchors.map(({ x, y }): Box => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }));
  const taken: Box[] = [];
  return anchors.map((anchor) => {
    const choices = OFFSETS.map((offset) => {
      const box = boxOf(anchor, offset, fontSize);
      const outside = area(box) - overlap(box, { left: 0, right: frame.width, top: 0, bottom: frame.height });
      const covered = [...marks, ...taken].reduce((sum, other) => sum + overlap(box, other), 0);
      return { offset, box, cost: covered + 4 * outside };
    });
    const best = choices.reduce((a, b) => (b.cost < a.cost ? b : a));
    taken.push(best.box);
    return { ...anchor, ...best.offset };
  });
}

function boxOf(
  { label, x, y }: Anchor,
  { dx, dy, textAnchor }: (typeof OFFSETS)[number],
  fontSize: number,
): Box {
  const width = textWidth(label, fontSize);
  const left = x + dx - (textAnchor === "start" ? 0 : textAnchor === "end" ? width : width / 2);
  return { left, right: left + width, top: y + dy - fontSize * 0.55, bottom: y + dy + fontSize * 0.55 };
}

function area({ left, right, top, bottom }: Box): number {
  return (right - left) * (bottom - top);
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}
