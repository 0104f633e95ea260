import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { RecordError } from "../core/errors";

/** The newest run folder below `reports/runs`. @throws RecordError there is none yet */
export function lastRun(folder = "reports/runs"): string {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const newest = names.filter((name) => existsSync(join(folder, name, "runs.jsonl"))).at(-1);
  if (newest !== undefined) return join(folder, newest);
  throw new RecordError(
    `${folder}: found no run folder, expected one; measure in 03-rendimiento or by pila bench`,
    {
      path: folder,
    },
  );
}
