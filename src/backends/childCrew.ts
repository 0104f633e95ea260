import { join } from "node:path";
import { ChildPool } from "../parallel/childPool";
import type { Meter } from "../parallel/meter";
import type { CrewKind } from "./runWithCrew";

/** A crew of child processes. @param program file name of their compiled program, in this folder */
export function childCrew<Task>(program: string, meter: Meter): CrewKind<ChildPool<Task>> {
  return {
    kind: "process",
    start: (workers) => new ChildPool<Task>(join(__dirname, program), workers, meter),
    end: (pool) => pool.kill(),
  };
}
