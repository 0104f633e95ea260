/** A cell of a grid of panels, in pixels. */
export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cells row by row; as few rows as `most` columns allow, and columns as even as they can be (4 = 2 + 2, not 3 + 1). */
export function layoutGrid(
  count: number,
  width: number,
  height: number,
  most = 3,
  gap = 12,
): readonly Cell[] {
  const rows = Math.ceil(count / most);
  const columns = Math.max(1, Math.ceil(count / Math.max(1, rows)));
  const cell = (width - gap * (columns - 1)) / columns;
  return Array.from({ length: count }, (_, index) => ({
    x: (index % columns) * (cell + gap),
    y: Math.floor(index / columns) * (height + gap),
    width: cell,
    height,
  }));
}
