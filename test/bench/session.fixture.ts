import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BenchOptions, BenchResult } from "../../src/bench/plan";
import type { BenchRun } from "../../src/bench/run";
import { runBench } from "../../src/bench/session";
import { type Behaviour, FakeClock, FakeExecutor, fakeOptions, writeStack } from "./bench.fixture";

/** The dates of the stacks. */
export const DATES = ["20200101", "20200113", "20200125", "20200206"];
/** What the fake run of some words does; runs are counted from 1. */
export type Behave = (words: readonly string[], call: number) => Behaviour;

/** A finished session, its runs, and the executor that played them. */
export interface Made {
  readonly result: BenchResult;
  readonly executor: FakeExecutor;
  readonly runs: readonly BenchRun[];
}

/** Measures a stack written into the folder, with a fake executor. */
export async function bench(
  folder: string,
  changes: Partial<BenchOptions> = {},
  behave: Behave = () => ({}),
  kind: "slc" | "intensity" = "intensity",
): Promise<Made> {
  const data = join(folder, "data");
  if (!existsSync(data)) writeStack(data, kind, DATES);
  const executor = new FakeExecutor(new FakeClock(), behave);
  const result = await runBench(fakeOptions({ data, out: join(folder, "run"), ...changes }, executor));
  return { result, executor, runs: result.runs as readonly BenchRun[] };
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

/** A run of `stats` by this backend. */
export const isStats = (words: readonly string[], backend: string): boolean =>
  words[0] === "stats" && words[1] === backend;
/** The preparation's run of sec, which the gate compares with, also writes the counts. */
export const isReference = (words: readonly string[]): boolean => words.includes("--count");
