import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EnvRecord, Phase, RunRecord, SpanRecord } from "../../src/core/records";
import { appendRun, appendSpans, type StoredSession, writeEnv } from "../../src/records/runFolder";

export function runOf(changes: Partial<RunRecord> & Record<string, unknown> = {}): RunRecord {
  return {
    schema: 1,
    runId: "s-b1-o0",
    sessionId: "s",
    block: 1,
    order: 0,
    warmup: false,
    label: "sec",
    twin: "a",
    backend: "sec",
    workers: 1,
    cores: 2,
    oversubscribed: false,
    dates: 4,
    shape: { azimuth: 16, range: 8 },
    looks: "4x4",
    cache: "warm",
    wallSeconds: 0.5,
    userSeconds: 0.4,
    systemSeconds: 0.1,
    peakRssBytes: null,
    sumRssBytes: null,
    bytesRead: 2048,
    bytesWritten: 1024,
    ipcMessages: 0,
    ipcBytes: 0,
    traced: false,
    outcome: "ok",
    reason: null,
    outputSha256: "0".repeat(64),
    noisy: false,
    noise: { loadAverage: 0.1, cpuPressure: 0, stealShare: null },
    startedAt: "2026-01-02T03:04:05.678Z",
    ...changes,
  };
}

export function envOf(changes: Partial<EnvRecord> & Record<string, unknown> = {}): EnvRecord {
  return {
    schema: 1,
    sessionId: "s",
    startedAt: "2026-01-02T03:04:05Z",
    commandLine: ["bench", "INTENS"],
    seed: 7,
    machine: {
      cpuModel: "A processor",
      cores: 2,
      memoryBytes: 8e9,
      kernel: "6.1",
      filesystem: "ext4",
      virtualisation: null,
      machineId: "ab",
    },
    software: {
      pila: "0.1.0",
      node: "20.20.2",
      v8: "11",
      gdal: null,
      mpi: null,
      gitCommit: null,
      gitDirty: null,
      lockfileSha256: null,
    },
    dataset: {
      path: "INTENS",
      kind: "intensity",
      dates: ["20200101", "20200113", "20200125", "20200206"],
      shape: { azimuth: 16, range: 8 },
      looks: "4x4",
      crop: null,
      nodata: "zero",
      sha256: "cd",
    },
    microbenchmarks: {
      readWarmMegabytesPerSecond: 2000,
      readColdMegabytesPerSecond: null,
      pipeMegabytesPerSecond: 900,
      messageMicroseconds: 40,
      spawnMilliseconds: 45,
    },
    childEnvironment: { OMP_NUM_THREADS: "1" },
    stopped: null,
    skipped: [],
    ...changes,
  };
}

/** `[worker, phase, start, end]` to a span record. */
export function spanOf(
  runId: string,
  [worker, phase, startSeconds, endSeconds]: readonly [number, Phase, number, number],
  bytes = 0,
): SpanRecord {
  return { runId, worker, phase, item: "a", startSeconds, endSeconds, bytes };
}

/** Writes a session as a run folder, the way a bench does. */
export function writeSession(folder: string, session: StoredSession): void {
  writeEnv(folder, session.env);
  appendSpans(folder, session.spans);
  for (const run of session.runs) appendRun(folder, run);
}

/** Calls the body with a fresh folder that is removed afterwards. */
export async function withFolder<T>(body: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "pila-test-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
