import { childEnvironment } from "../bench/childEnvironment";
import { pilaCommand } from "../bench/pilaCommand";
import { runChild } from "../commands/runChild";

/** Under this symbol the kernel keeps the signal that is aborted when the running cell is stopped. */
const CELL_SIGNAL = Symbol.for("pila.cellSignal");

/** What one run of the command line told about itself, and how long the whole process took. */
export interface PilaRun {
  readonly command: string;
  /** Wall seconds of the whole process, from before it was started until its outputs were in place. */
  readonly wallSeconds: number;
  readonly workers: number;
  readonly dates: readonly string[];
  readonly usage: {
    readonly bytesRead: number;
    readonly bytesWritten: number;
    readonly ipcMessages: number;
    readonly ipcBytes: number;
  };
}

/** The signal of the running cell; undefined outside the kernel. */
export function cellSignal(): AbortSignal | undefined {
  return (globalThis as { [CELL_SIGNAL]?: AbortSignal })[CELL_SIGNAL];
}

/**
 * Runs `pila …words --json` as a process of its own, in the environment of the bench; it ends with the cell.
 * @throws WorkerError the command failed; the message ends with its own words
 */
export async function runPila(...words: readonly string[]): Promise<PilaRun> {
  const signal = cellSignal();
  const start = performance.now();
  const stdout = await runChild([...pilaCommand(), ...words, "--json", "--quiet"], {
    env: childEnvironment(),
    ...(signal === undefined ? {} : { signal }),
  });
  const wallSeconds = (performance.now() - start) / 1000;
  return { ...(JSON.parse(stdout) as PilaRun), wallSeconds };
}
