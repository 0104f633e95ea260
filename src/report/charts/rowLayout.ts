/** A configuration's place on a vertical axis, from 0 at the top. */
export interface Row<T> {
  readonly item: T;
  readonly y: number;
}

export interface RowLayout<T> {
  readonly rows: readonly Row<T>[];
  /** Domain of the axis. */
  readonly domain: readonly [number, number];
  /** In rows, gaps included. */
  readonly extent: number;
}

const GAP = 0.45;

/** Rows one below the other, with a gap wherever the group changes. */
export function layoutRows<T>(items: readonly T[], groupOf: (item: T) => string): RowLayout<T> {
  let y = -1;
  const rows = items.map((item, index) => {
    const changes = index > 0 && groupOf(item) !== groupOf(items[index - 1]!);
    y += changes ? 1 + GAP : 1;
    return { item, y };
  });
  return { rows, domain: [-0.5, y + 0.5], extent: y + 1 };
}

/** How a panel of rows with an axis below is laid out. */
interface RowPanel {
  readonly height: number;
  readonly marginTop: number;
  readonly marginBottom: number;
  readonly y: { readonly domain: [number, number]; readonly axis: null };
}

/** The panel of a layout whose rows are `pitch` pixels high. @param head pixels kept free above the first row */
export function rowPanel({ extent, domain }: RowLayout<unknown>, pitch: number, head = 6): RowPanel {
  const [marginTop, marginBottom] = [head, 40];
  return {
    height: extent * pitch + marginTop + marginBottom,
    marginTop,
    marginBottom,
    y: { domain: [domain[1], domain[0]], axis: null },
  };
}
