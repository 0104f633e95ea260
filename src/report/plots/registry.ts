import type { Chart } from "./plot";
import { times } from "./times";

/** Every figure that the report draws from records, in its order. */
export const PLOTS: readonly Chart[] = [times];
