import type { Meter } from "../parallel/meter";
import { BlockPreparer, type PrepareTask } from "./blockPreparer";
import { BlockReducer, type ReduceTask } from "./blockReducer";

/** What blocks of rows are for: reduced to statistics, or written as crops. Plain data. */
export type RowTask =
  | { readonly kind: "reduce"; readonly task: ReduceTask }
  | { readonly kind: "prepare"; readonly task: PrepareTask };

/** One thread's way of doing blocks. */
export interface RowWork {
  /** Does one block, whole. */
  do(block: number): void;
  close(): void;
}

/** Buffers and kernels of one thread for a task. */
export function startRowWork(work: RowTask, meter: Meter): RowWork {
  if (work.kind === "reduce") {
    const reducer = new BlockReducer(work.task, meter);
    return { do: (block) => reducer.reduce(block), close: () => reducer.close() };
  }
  const preparer = new BlockPreparer(work.task, meter);
  return { do: (block) => preparer.prepare(block), close: () => preparer.close() };
}
