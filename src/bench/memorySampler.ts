import { readFileSync } from "node:fs";
import { childrenOf } from "./processTree";

const INTERVAL_MILLISECONDS = 40;

export interface MemoryPeaks {
  /** Resident memory of the largest process; null when nothing could be read. */
  readonly peakRssBytes: number | null;
  /** Peak over the samples of the sum over all processes; pages that processes share count in each. */
  readonly sumRssBytes: number | null;
}

/**
 * Watches the memory of a process and all its children every 40 ms until stopped. A look costs about 0.1 ms a
 * process, so runs that carry a verdict are not watched. The largest process is exact up to the last 40 ms of it
 * (the kernel keeps the high-water mark); the sum may miss peaks between two looks.
 */
export function watchMemory(pid: number): { stop(): MemoryPeaks } {
  let peak = 0;
  let sum = 0;
  const look = (): void => {
    let now = 0;
    const open = [pid];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { highWater, resident } = memoryOf(next);
      peak = Math.max(peak, highWater);
      now += resident;
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

/** Bytes; zeros when the process is gone. */
function memoryOf(pid: number): { highWater: number; resident: number } {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    return { highWater: kibibytes(text, "VmHWM"), resident: kibibytes(text, "VmRSS") };
  } catch {
    return { highWater: 0, resident: 0 };
  }
}

function kibibytes(text: string, name: string): number {
  return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
}
