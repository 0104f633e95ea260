import type { Looks, Shape, Window } from "./raster";

/** How the values of a map are drawn: 10 log10 of linear power, or as they are. */
export type MapScale = "decibel" | "linear";
export type ColourName = "grey" | "cividis";

/** One picture of a run folder's maps/. */
export interface MapRecord {
  /** Id of the statistic. */
  readonly id: string;
  /** Name of the PNG beside maps.json: level 0 of its palette is no data and transparent. */
  readonly file: string;
  readonly title: { readonly es: string; readonly en: string };
  readonly scale: MapScale;
  /** What the darkest and the lightest colour stand for: decibels, or the unit of the statistic; values beyond are drawn so too. */
  readonly low: number;
  readonly high: number;
  /** The percentiles that `low` and `high` are; null where they are the whole range there can be. */
  readonly percentiles: readonly [number, number] | null;
  /** Share of the cells of the product that are NaN, 0..1. */
  readonly noDataShare: number;
  /** Colours from low to high, evenly spaced, as #rrggbb. */
  readonly colours: readonly string[];
}

/** Equivalent number of looks of single dates, from the windows in which nothing but speckle varies. */
export interface EnlEstimate {
  readonly enl: number;
  /** Of independent cells; oversampled data vary more. */
  readonly standardError: number;
  /** Windows that were looked at, and those around the mode that the estimate is made of. */
  readonly windows: number;
  readonly homogeneous: number;
}

/** Intensities of one homogeneous region of one date, and the Gamma of their mean and variance. */
export interface SpeckleHistogram {
  readonly date: string;
  /** In cells of the products. */
  readonly window: Window;
  readonly samples: number;
  /** Samples outside the bins. */
  readonly outside: number;
  /** One more than `counts`; linear power. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly gamma: { readonly shape: number; readonly scale: number };
}

/** The dates as small power-averaged images, to be looked through. */
export interface DateCube {
  /** gzip of dates x azimuth x range bytes: 0 is no data, 1..255 go evenly from `low` to `high` decibels. */
  readonly file: string;
  readonly shape: Shape;
  /** Cells a pixel. */
  readonly box: Looks;
  readonly low: number;
  readonly high: number;
}

/** maps.json: what the report shows of the rasters, so that it never opens one. */
export interface MapsRecord {
  readonly schema: 1;
  /** Of the products, in cells. */
  readonly shape: Shape;
  /** Of the crops, from their pila-prep.json: rows,cols,row0,col0 and `4x4`; null where there is none. */
  readonly crop: string | null;
  readonly looks: string | null;
  readonly dates: readonly string[];
  /** Shape of the pictures, and cells a pixel of them (fewer at the far edges). */
  readonly mapShape: Shape;
  readonly box: Looks;
  readonly maps: readonly MapRecord[];
  readonly enl: {
    /** Side of a window, in cells. */
    readonly side: number;
    /** null: too few windows without gaps. */
    readonly overall: EnlEstimate | null;
    /** The image in equal parts. */
    readonly regions: readonly { readonly window: Window; readonly estimate: EnlEstimate | null }[];
  };
  /** null where no window is free of gaps. */
  readonly histogram: SpeckleHistogram | null;
  readonly cube: DateCube;
}
