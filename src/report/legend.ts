import { escapeXml } from "./escapeXml";
import { textWidth } from "./textWidth";

type LegendShape =
  | "dot"
  | "open"
  | "cross"
  | "swatch"
  | "line"
  | "tick"
  | "interval"
  | "square"
  | "triangle"
  | "diamond"
  | "letter";

/** One key of a figure. */
export interface LegendItem {
  readonly shape: LegendShape;
  readonly label: string;
  /** Stroke of lines and open marks, fill of the others. */
  readonly color: string;
  /** Dashes of a line. */
  readonly dash?: string;
  readonly strokeWidth?: number;
  /** In the ring of a letter. */
  readonly letter?: string;
}

const SIZE = 11.5;
const PITCH = 19;
const KEY = 24;

/** Keys in reading order, wrapped to the width. */
export function drawLegend(
  items: readonly LegendItem[],
  x: number,
  y: number,
  width: number,
): { readonly svg: string; readonly height: number } {
  let [left, row] = [0, 0];
  const parts = items.map((item) => {
    const needed = KEY + 6 + textWidth(item.label, SIZE) + 14;
    if (left > 0 && left + needed > width) [left, row] = [0, row + 1];
    const [keyX, middle] = [x + left, y + row * PITCH + PITCH / 2];
    left += needed;
    const label = `<text x="${keyX + KEY + 6}" y="${middle + 4}" font-size="${SIZE}">${escapeXml(item.label)}</text>`;
    return drawKey(item, round(keyX), middle) + label;
  });
  return { svg: parts.join("\n"), height: items.length === 0 ? 0 : (row + 1) * PITCH };
}

function drawKey(
  { shape, color, dash, strokeWidth = 1.6, letter = "" }: LegendItem,
  x: number,
  y: number,
): string {
  const center = x + KEY / 2;
  const stroke = `stroke="${color}" stroke-width="${strokeWidth}"${dash === undefined ? "" : ` stroke-dasharray="${dash}"`}`;
  switch (shape) {
    case "dot":
      return `<circle cx="${center}" cy="${y}" r="4" fill="${color}"/>`;
    case "open":
      return `<circle cx="${center}" cy="${y}" r="4" fill="#ffffff" ${stroke}/>`;
    case "square":
      return `<rect x="${center - 4}" y="${y - 4}" width="8" height="8" fill="${color}"/>`;
    case "triangle":
      return `<path d="M${center},${y - 5}l5,9h-10z" fill="${color}"/>`;
    case "diamond":
      return `<path d="M${center},${y - 6}l4.5,6l-4.5,6l-4.5,-6z" fill="#ffffff" ${stroke}/>`;
    case "letter":
      return (
        `<circle cx="${center}" cy="${y}" r="8" fill="#ffffff" stroke="${color}" stroke-width="1.2"/>` +
        `<text x="${center}" y="${y + 4}" font-size="10.5" font-weight="bold" text-anchor="middle">${escapeXml(letter)}</text>`
      );
    case "cross":
      return `<path d="M${center - 3.5},${y - 3.5}l7,7m0,-7l-7,7" ${stroke} fill="none"/>`;
    case "swatch":
      return `<rect x="${x + 2}" y="${y - 6}" width="${KEY - 4}" height="12" fill="${color}" stroke="#1a1a1a" stroke-width="0.6"/>`;
    case "line":
      return `<path d="M${x},${y}h${KEY}" ${stroke} fill="none"/>`;
    case "tick":
      return `<path d="M${center},${y - 7}v14" ${stroke} fill="none"/>`;
    case "interval":
      return `<path d="M${x + 2},${y}h${KEY - 4}M${x + 2},${y - 4}v8M${x + KEY - 2},${y - 4}v8" ${stroke} fill="none"/>`;
  }
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
