import { count } from "./count";
import { enl } from "./enl";
import { mean } from "./mean";
import type { Statistic } from "./statistic";
import { std } from "./std";
import { variation } from "./variation";

/** Every per-pixel statistic, in the order they are shown. */
export const STATISTICS = [mean, std, count, variation, enl] as const satisfies readonly Statistic[];
export type StatisticId = (typeof STATISTICS)[number]["id"];
