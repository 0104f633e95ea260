/** The first line a child reads. */
export interface ChildStart {
  readonly worker: number;
  readonly tracing: boolean;
  readonly requestedSeconds: number;
}

/** What a parent tells a child after that, a line of JSON each. */
export type ParentMessage<Task> =
  /** The shared file has so many slots of so many bytes. */
  | { readonly slots: number; readonly slotBytes: number }
  | { readonly task: Task }
  /** So many slots are free again. */
  | { readonly taken: number }
  | { readonly noMoreTasks: true };

/** Descriptors of a child: messages of the parent come in on standard input. */
export const CHILD_FILES = { input: 0, frames: 3, shared: 4 } as const;
