import type { PlainError } from "../core/errors";
import type { MeterReport } from "./meter";

/** What a thread is told, all at once: who it is, and its task. */
export interface ThreadOrder<Task> {
  readonly worker: number;
  readonly tracing: boolean;
  readonly requestedSeconds: number;
  /** One word a thread: see `ORDER`. */
  readonly states: SharedArrayBuffer;
  readonly place: number;
  readonly task: Task;
}

/** Whether a thread has begun its task; the first to change the word from `given` decides. */
export const ORDER = { given: 0, begun: 1, withdrawn: 2 } as const;

/** What a thread answers at its end. */
export type ThreadAnswer = MeterReport | { readonly error: PlainError };
