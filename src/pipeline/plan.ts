// What a job of ranks would move and take on hosts that are not here: bytes from the stack, seconds from a cost model.
import { dealOut } from "../core/groups";
import { PIXEL_BYTES, pixelCount, type Shape } from "../core/raster";
import {
  type Cluster,
  type CostModel,
  type JobPrediction,
  type JobWork,
  predictJob,
} from "../evidence/costModel";
import { STATE_BYTES } from "../kernel/kernels";
import { formatLooks, type IntensityParameters, openSlcRows } from "./stackRows";

const SPLITS = ["rows", "dates"] as const;
/** How ranks share a stack: a band of the rows of every date, or whole dates each. */
export type Split = (typeof SPLITS)[number];

export interface JobPlan extends JobWork {
  readonly split: Split;
  /** Ranks that find nothing to do. */
  readonly idleRanks: number;
  /** null without a cost model. */
  readonly prediction: JobPrediction | null;
}

/** What is known of a job before it runs. */
export interface StackPlan {
  readonly dates: number;
  /** Of the images, and of the products in cells. */
  readonly imageShape: Shape;
  readonly shape: Shape;
  readonly looks: string;
  /** Bytes of SLC that are read in all. */
  readonly bytes: number;
  readonly cluster: Cluster;
  readonly plans: readonly JobPlan[];
}

/**
 * Plans `fused` over ranks on hosts: what each reads, what comes together at rank 0, and how long it takes.
 * Every host is taken to reach the images by its own rate, and rank 0 to receive every partial state, as `--split dates`
 * has it; bytes that `--split rows` moves between ranks are none.
 * @param slcFolder of SLC images; only their descriptions are read
 * @param parameters looks, crop (looked pixels; null is the whole image), no data and images meant
 * @param model null: no seconds are predicted
 * @throws FormatError, ShapeError the stack cannot be read, or the crop does not lie inside
 */
export function planJob(
  slcFolder: string,
  parameters: IntensityParameters,
  cluster: Cluster,
  model: CostModel | null,
): StackPlan {
  const { stack, rows } = openSlcRows(slcFolder, parameters);
  const { window, sources } = rows;
  const cells = pixelCount(window);
  const pixels = cells * pixelCount(parameters.looks);
  const dateBytes = sources.map(({ kind }) => pixels * PIXEL_BYTES[kind]);
  const bytes = dateBytes.reduce((sum, one) => sum + one, 0);
  const ranks = cluster.hosts * cluster.ranks;
  const working = { rows: Math.min(ranks, window.azimuth), dates: Math.min(ranks, sources.length) };
  const rowsOfRank = Math.ceil(window.azimuth / ranks);
  const works: Readonly<Record<Split, JobWork>> = {
    rows: {
      hostBytes: (bytes / window.azimuth) * Math.min(window.azimuth, rowsOfRank * cluster.ranks),
      rankBytes: (bytes / window.azimuth) * rowsOfRank,
      reducedBytes: 0,
    },
    dates: {
      hostBytes: Math.max(...dealOut(dateBytes, cluster.hosts).loads),
      rankBytes: Math.max(...dealOut(dateBytes, ranks).loads),
      reducedBytes: (working.dates - 1) * cells * STATE_BYTES,
    },
  };
  return {
    dates: sources.length,
    imageShape: stack.shape,
    shape: { azimuth: window.azimuth, range: window.range },
    looks: formatLooks(parameters.looks),
    bytes,
    cluster,
    plans: SPLITS.map((split) => ({
      split,
      ...works[split],
      idleRanks: ranks - working[split],
      prediction: model === null ? null : predictJob(model, works[split], cluster),
    })),
  };
}
