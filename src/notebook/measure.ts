import type { BenchResult } from "../bench/benchOptions";
import type { Progress } from "../bench/protocol";
import { measure } from "../commands/measureSession";
import { cellSignal } from "./runPila";

/** What a notebook asks a session to measure. */
export interface NotebookSession {
  /** Folder of SLC or of crops. */
  readonly data: string;
  readonly backends?: readonly string[];
  readonly workers?: readonly number[];
  readonly blocks?: number;
  readonly out?: string;
  readonly onProgress?: (event: Progress) => void;
}

/** Measures a session from a cell; stopping the cell keeps what was measured. */
export async function measureSession(session: NotebookSession): Promise<BenchResult> {
  const signal = cellSignal();
  return await measure({
    ...session,
    commandLine: ["notebook"],
    ...(signal === undefined ? {} : { signal }),
  });
}
