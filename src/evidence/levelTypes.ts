import type { Shape } from "../core/raster";
import type { CacheState } from "../core/records";
import type { Configuration, LevelKey, RunCounts } from "./configurationTypes";
import type {
  Comparison,
  Estimate,
  Guarded,
  MedianEstimate,
  NoiseFloor,
  Omnibus,
  RatioEstimate,
  Verdict,
} from "./estimateTypes";
import type { Scaling } from "./scalingTypes";

export interface Fastest {
  readonly label: string;
  readonly seconds: MedianEstimate;
  /** Labels whose time cannot be told from the fastest's, the fastest itself left out. */
  readonly indistinguishable: readonly string[];
  /** The nearest configuration that is distinguishably slower, against the fastest; null where there is none. */
  readonly runnerUp: Comparison | null;
}

/** fused against prep + sec, summed block by block. */
export interface FusedComparison {
  readonly fused: string;
  readonly prepare: string;
  readonly seconds: MedianEstimate;
  /** Median of the sums; ratio below 1: fused is faster. */
  readonly separateSeconds: MedianEstimate;
  readonly ratio: RatioEstimate;
  readonly verdict: Verdict;
  /** Median over blocks of prep + sec - fused. */
  readonly savedSeconds: MedianEstimate;
}

/** mp against mp_v2 at the same workers: the same work with pixels or with partial states over the border. */
export interface IpcCost {
  readonly workers: number;
  readonly oversubscribed: boolean;
  readonly pixels: string;
  readonly states: string;
  readonly comparison: Comparison;
  /** Median over blocks of T_mp - T_mp_v2. */
  readonly extraSeconds: MedianEstimate;
  /** Medians of mp less medians of mp_v2; null where not counted. */
  readonly extraMessages: number | null;
  readonly extraBytes: number | null;
  /** extraSeconds per 1e6 extra bytes, per extra message; null where there is no extra. */
  readonly secondsPerMegabyte: number | null;
  readonly secondsPerMessage: number | null;
}

/** All configurations measured on one size of data in one cache state. */
export interface Level {
  readonly key: LevelKey;
  readonly counts: RunCounts;
  /** null without an A/A pair. */
  readonly noiseFloor: NoiseFloor | null;
  /** Whether anything differs among `statistics` and `peer`; null below 6 blocks. */
  readonly omnibus: Omnibus | null;
  /** `sec` first, then in order of label. */
  readonly configurations: readonly Configuration[];
  readonly scaling: readonly Scaling[];
  /** Among `statistics` and `peer`; null when nothing was kept. */
  readonly fastest: Fastest | null;
  /** Every pair among `statistics` and `peer`, each once. */
  readonly pairs: readonly Comparison[];
  readonly fused: readonly FusedComparison[];
  readonly ipc: readonly IpcCost[];
}

/** T(n) = a + c n of one configuration; means over blocks of the lines fitted in each block, t intervals (95 %). */
export interface GrowthLine {
  readonly label: string;
  readonly interceptSeconds: Estimate;
  /** Seconds per date, or per million pixels. */
  readonly slopeSeconds: Estimate;
  readonly blocks: number;
  /** Medians of the levels, to be drawn. */
  readonly points: readonly { readonly size: number; readonly seconds: MedianEstimate }[];
}

export interface BreakEven {
  /** The line that starts higher and grows slower: from `size` on it is the faster one. */
  readonly label: string;
  readonly than: string;
  /** n* with its Fieller interval (95 %). */
  readonly size: Estimate;
  /** Outside the sizes measured. */
  readonly extrapolated: boolean;
}

/** How time grows with the number of dates or pixels, everything else equal. */
export interface Growth {
  readonly variable: "dates" | "megapixels";
  /** What is held: the other size (`dates` is null when it varies, `shape` likewise) and the cache state. */
  readonly dates: number | null;
  readonly shape: Shape | null;
  readonly cache: CacheState;
  /** The sizes measured, ascending, at least 2. With 2 a line fits always: it is no test of straightness. */
  readonly sizes: readonly number[];
  readonly lines: readonly GrowthLine[];
  readonly breakEven: readonly {
    readonly a: string;
    readonly b: string;
    readonly result: Guarded<BreakEven>;
  }[];
}

/** The same configuration cold and warm. */
export interface CacheEffect {
  readonly label: string;
  readonly dates: number;
  readonly shape: Shape;
  /** cold / warm. */
  readonly comparison: Comparison;
}

/** How times moved over the session. */
export interface Drift {
  /** Every timed run in order of measurement: seconds over the median of its configuration. */
  readonly points: readonly {
    readonly runId: string;
    readonly label: string;
    readonly block: number;
    readonly order: number;
    readonly sequence: number;
    readonly relative: number;
  }[];
  /** Change of the block mean of ln(relative) from first to last block, as a factor; t interval (95 %), >= 6 blocks. */
  readonly factor: Estimate | null;
  /** The interval of `factor` leaves out 1 and the factor is beyond 5 %. */
  readonly drifting: boolean;
}

/** What recording spans costs over all configurations: geometric mean of traced / untraced within a block. */
export interface TracingCost {
  readonly factor: Estimate;
  /** Pairs (configuration, block) behind it. */
  readonly pairs: number;
  /** Both sides of the pairs. */
  readonly runIds: readonly string[];
}
