import { environment } from "./environment";
import { summaryTable } from "./summaryTable";
import type { TableMaker } from "./table";

/** Every table of the informe, in its order. */
export const TABLES: readonly TableMaker[] = [environment, summaryTable];
