import { findBackend } from "../backends/registry";
import type { EnvRecord, RunRecord } from "../core/records";
import { isPrecise } from "../evidence/summary";
import { describeMachine, describeSoftware, measureMachine } from "./machine";
import {
  type Clock,
  childEnvironment,
  createProcessExecutor,
  type Executor,
  packageRoot,
  pilaCommand,
  systemClock,
} from "./process";
import { type CacheControl, createNoiseProbe, type NoiseProbe, systemCache } from "./quiet";

/** The machine and the program that a session is measured with. */
export interface BenchWorld {
  readonly clock: Clock;
  readonly executor: Executor;
  readonly cache: CacheControl;
  /** Begins to watch the machine. */
  watchNoise(): NoiseProbe;
  /** The command `pila`, before its words. */
  readonly pila: readonly string[];
  /** Of every measured process. */
  readonly environment: Readonly<Record<string, string>>;
  /** @param dataFolder an existing folder on the file system of the data */
  machine(dataFolder: string): EnvRecord["machine"];
  software(): EnvRecord["software"];
  /** @param files inputs of the bench, which are read */
  microbenchmarks(files: readonly string[]): Promise<EnvRecord["microbenchmarks"]>;
  /** Why a backend, `prep` or `fused` cannot run here; null when it can. */
  unavailable(id: string): Promise<string | null>;
  /** True when every ratio's interval is narrow enough to stop. */
  precise(runs: readonly RunRecord[]): boolean;
}

/** Seed and number of draws of the intervals that decide whether measuring may stop. */
const STOPPING_OPTIONS = { seed: 1, draws: 2000 };

/**
 * This machine and this package.
 * @param replaced parts that a test brings instead
 * @throws BackendError the pila command is not linked
 */
export function openWorld(replaced: Partial<BenchWorld> = {}): BenchWorld {
  const clock = replaced.clock ?? systemClock;
  const environment = replaced.environment ?? childEnvironment();
  return {
    clock,
    executor: createProcessExecutor(clock),
    cache: systemCache,
    watchNoise: () => createNoiseProbe(clock),
    pila: replaced.pila ?? pilaCommand(),
    environment,
    machine: describeMachine,
    software: () => describeSoftware(packageRoot()),
    microbenchmarks: (files) => measureMachine(files, environment, clock),
    unavailable: async (id) => (id === "prep" || id === "fused" ? null : await findBackend(id).unavailable()),
    precise: (runs) => isPrecise(runs, STOPPING_OPTIONS),
    ...replaced,
  };
}
