import { maps } from "../maps";
import type { Chart } from "./chart";
import { drift } from "./drift";
import { factors } from "./factors";
import { fused } from "./fused";
import { gantt } from "./gantt";
import { growth } from "./growth";
import { memory } from "./memory";
import { messages } from "./messages";
import { phases } from "./phases";
import { runTimes } from "./runTimes";
import { speedup } from "./speedup";
import { throughput } from "./throughput";
import { waterfall } from "./waterfall";

/** Every chart of the informe, in its order. */
export const CHARTS: readonly Chart[] = [
  runTimes,
  speedup,
  phases,
  gantt,
  factors,
  waterfall,
  growth,
  messages,
  throughput,
  memory,
  drift,
  maps,
  fused,
];
