import { readFileSync } from "node:fs";
import { childrenOf } from "../parallel/processTree";

const INTERVAL_MILLISECONDS = 40;

export interface MemoryPeaks {
  /** Resident memory of the largest process; null when nothing could be read. */
  readonly peakRssBytes: number | null;
  /** The peaks of all processes that lived at the same time, summed, at most; pages that processes share count in each. */
  readonly sumRssBytes: number | null;
}

/**
 * Watches the memory of a process and all its children every 40 ms until stopped. A look costs about 0.1 ms a
 * process, so runs that carry a verdict are not watched. The kernel keeps the high-water mark of each process: what is
 * seen is exact up to the last 40 ms of it, and the sum is an upper bound where processes peak at different times.
 */
export function watchMemory(pid: number): { stop(): MemoryPeaks } {
  let peak = 0;
  let sum = 0;
  const look = (): void => {
    let now = 0;
    const open = [pid];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const highWater = highWaterOf(next);
      peak = Math.max(peak, highWater);
      now += highWater;
      open.push(...childrenOf(next));
    }
    sum = Math.max(sum, now);
  };
  const timer = setInterval(look, INTERVAL_MILLISECONDS);
  return {
    stop() {
      clearInterval(timer);
      return peak === 0
        ? { peakRssBytes: null, sumRssBytes: null }
        : { peakRssBytes: peak, sumRssBytes: sum };
    },
  };
}

/** Bytes; zero when the process is gone. */
function highWaterOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
