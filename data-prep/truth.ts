// What is known of a simulated stack before anyone measures it: the content of truth.json.
import type { Looks, Shape, Window } from "../src/core/raster";
import {
  CLUTTER_INTENSITY,
  type SceneParameters,
  sceneTiles,
  TARGET_INTENSITY,
  targetPositions,
  tileIntensity,
  validWindow,
} from "./scene";

/** The content of truth.json. */
export interface Truth {
  readonly schema: 1;
  readonly seed: number;
  readonly shape: Shape;
  readonly dates: readonly string[];
  readonly model: string;
  /** Samples are independent, so the ENL of a mean over looks is the number of looks. */
  readonly expectedLooks: {
    readonly enlPerSample: 1;
    readonly looks: Looks;
    readonly enl: number;
    readonly variation: number;
  };
  readonly regions: readonly Region[];
  readonly targets: readonly Target[];
  /** Pixels outside `window` are exactly 0+0i on that date, those inside never are. */
  readonly borders: readonly { readonly date: string; readonly window: Window }[];
}

/** Pure speckle of one mean intensity a date. */
interface Region {
  readonly name: string;
  readonly kind: "field" | "patch";
  /** SLC pixels of the region that are valid on every date. */
  readonly window: Window;
  /** Expected |S|^2 on each date [linear power]. */
  readonly meanIntensity: readonly number[];
}

/** A point target of one pixel in clutter. */
interface Target {
  readonly line: number;
  readonly sample: number;
  /** |S|^2 of the target alone, the same on every date; its phase is new on every date. */
  readonly intensity: number;
  readonly clutterIntensity: number;
  /** Expected |S|^2 of the pixel. */
  readonly expectedIntensity: number;
}

const MODEL =
  "S = sqrt(s/2) (g1 + i g2) with g1, g2 independent standard normal per pixel and date, s the mean intensity of the " +
  "region on the date; point targets add sqrt(A) exp(i phi), phi uniform per target and date; outside the valid " +
  "window of the date S = 0+0i. |S|^2 is exponential with mean s; the mean of L pixels is Gamma(L, s/L).";

/** The truth of the stack that these parameters make. */
export function sceneTruth(parameters: SceneParameters): Truth {
  const { shape, dates, seed } = parameters;
  const windows = dates.map((_, index) => validWindow(parameters, index));
  const regions = sceneTiles(shape)
    .map((tile, index) => ({ tile, index }))
    .filter(({ tile }) => tile.content !== "targets")
    .map(({ tile, index }): Region => {
      const kind = tile.content === "patch" ? "patch" : "field";
      return {
        name: `${kind}-${index}`,
        kind,
        window: windows.reduce(intersection, tile.window),
        meanIntensity: dates.map((_, date) => tileIntensity(tile, date)),
      };
    });
  return {
    schema: 1,
    seed,
    shape,
    dates,
    model: MODEL,
    expectedLooks: { enlPerSample: 1, looks: { azimuth: 4, range: 4 }, enl: 16, variation: 0.25 },
    regions,
    targets: targetPositions(shape).map((position) => ({
      ...position,
      intensity: TARGET_INTENSITY,
      clutterIntensity: CLUTTER_INTENSITY,
      expectedIntensity: TARGET_INTENSITY + CLUTTER_INTENSITY,
    })),
    borders: dates.map((date, index) => ({ date, window: windows[index]! })),
  };
}

function intersection(a: Window, b: Window): Window {
  const azimuthOffset = Math.max(a.azimuthOffset, b.azimuthOffset);
  const rangeOffset = Math.max(a.rangeOffset, b.rangeOffset);
  return {
    azimuth: Math.min(a.azimuthOffset + a.azimuth, b.azimuthOffset + b.azimuth) - azimuthOffset,
    range: Math.min(a.rangeOffset + a.range, b.rangeOffset + b.range) - rangeOffset,
    azimuthOffset,
    rangeOffset,
  };
}
