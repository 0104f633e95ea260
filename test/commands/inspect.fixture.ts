import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../src/core/findings";
import { randomSamples, writeSlc } from "../io/slcFile.fixture";
import { type Ended, runPila } from "./cli.fixture";

/** The two real crops of the package. */
export const SAMPLE = join(__dirname, "../../../data-prep/sample");
/** Of the images that `writeDates` writes. */
export const SHAPE = { azimuth: 40, range: 24 };

export function inspect(...args: string[]): Ended {
  return runPila(["inspect", ...args]);
}

/** What `--json` prints, as far as it is tested. */
export interface PlainInspection {
  readonly processable: boolean;
  readonly dates: readonly {
    date: string;
    type: string | null;
    format: string | null;
    bytes: number | null;
    sample: {
      zeroShare: number;
      rows: number;
      meanDecibels: number | null;
      enl: { enl: number } | null;
    } | null;
    problem: { name: string; message: string } | null;
  }[];
  readonly cost: {
    cropBytes: number;
    productBytes: number;
    shape: object;
    predicted: { fused: { seconds: number; workers: number } };
  } | null;
  readonly findings: readonly Finding[];
  readonly problem: { name: string; message: string } | null;
}

export function inspectJson(...args: string[]): PlainInspection & { code: number | null } {
  const { stdout, code } = inspect(...args, "--json");
  return { ...(JSON.parse(stdout) as PlainInspection), code };
}

/** Little-endian images of seeded samples, another seed each. */
export function writeDates(folder: string, ...dates: string[]): void {
  mkdirSync(folder, { recursive: true });
  dates.forEach((date, i) => {
    writeSlc(folder, date, SHAPE, randomSamples(SHAPE, i + 1));
  });
}
