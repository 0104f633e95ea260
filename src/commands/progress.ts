/** A progress bar on a terminal; elsewhere nothing but the lines that are told. */
export interface Progress {
  show(done: number, total: number): void;
  /** Prints a line to stderr without breaking the bar. */
  tell(line: string): void;
  stop(): void;
}

/** Shorter works end before anyone could read a bar. */
const PATIENCE_MS = 500;

export function createProgress(quiet: boolean): Progress {
  const began = performance.now();
  let bar: import("cli-progress").SingleBar | null = null;
  const start = (total: number): import("cli-progress").SingleBar => {
    const { SingleBar, Presets } = require("cli-progress") as typeof import("cli-progress");
    const created = new SingleBar(
      {
        format: "{bar} {percentage} % | {value}/{total} | {eta_formatted}",
        stream: process.stderr,
        clearOnComplete: true,
        hideCursor: true,
      },
      Presets.rect,
    );
    created.start(total, 0);
    return created;
  };
  return {
    show: (done, total) => {
      if (quiet || !process.stderr.isTTY || performance.now() - began < PATIENCE_MS) return;
      bar ??= start(total);
      bar.setTotal(total);
      bar.update(done);
    },
    tell: (line) => {
      bar?.stop();
      bar = null;
      process.stderr.write(`${line}\n`);
    },
    stop: () => bar?.stop(),
  };
}
