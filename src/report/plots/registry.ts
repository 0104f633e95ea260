import { fused } from "./fused";
import { growth } from "./growth";
import type { Chart } from "./plot";
import { speckle } from "./speckle";
import { speedup } from "./speedup";
import { times } from "./times";

/** The figures of the report, in its order; `timelineOf` makes one more a configuration. */
export const PLOTS: readonly Chart[] = [times, growth, speedup, fused, speckle];
