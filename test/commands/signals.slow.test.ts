import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BACKEND_IDS } from "../../src/backends/registry";
import { backendMissing } from "../backends/available.fixture";
import { withFolder } from "../io/slcFile.fixture";
import { testUnless } from "../testUnless";
import { makeSparseCrops, makeSparseSlc, RunningPila, temporaryFiles } from "./cli.fixture";

const WORKERS = ["--workers", "2"];

/** A command that is still at work when it is hit: seconds of zeros. */
interface Case {
  readonly name: string;
  readonly missing: string | undefined;
  /** Processes that must be there before the signal is sent. */
  readonly processes: number;
  make(folder: string): void;
  args(folder: string, out: string): string[];
}

const PROCESSES: Readonly<Record<string, number>> = { mp: 3, mp_v2: 3, mpi: 4 };
const crops = (folder: string): void =>
  makeSparseCrops(join(folder, "in"), 24, { azimuth: 16000, range: 8192 });
const slc = (folder: string): void => makeSparseSlc(join(folder, "in"), 16, { azimuth: 22486, range: 8245 });

const CASES: readonly Case[] = [
  ...BACKEND_IDS.map(
    (id): Case => ({
      name: `stats ${id}`,
      missing: backendMissing(id),
      processes: PROCESSES[id] ?? 1,
      make: crops,
      args: (folder, out) => [
        "stats",
        id,
        join(folder, "in"),
        join(out, "mean.tif"),
        join(out, "std.tif"),
        ...WORKERS,
      ],
    }),
  ),
  {
    name: "prep",
    missing: undefined,
    processes: 1,
    make: slc,
    args: (folder, out) => ["prep", join(folder, "in"), out, ...WORKERS],
  },
  {
    name: "fused",
    missing: undefined,
    processes: 1,
    make: slc,
    args: (folder, out) => [
      "fused",
      join(folder, "in"),
      join(out, "mean.tif"),
      join(out, "std.tif"),
      ...WORKERS,
    ],
  },
];

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

CASES.forEach(({ name, missing, processes, make, args }, i) => {
  // Each command gets one signal, or both where processes have to end with it.
  const signals = (["SIGTERM", "SIGINT"] as const).filter((_, n) => processes > 1 || n === i % 2);
  for (const signal of signals) {
    testUnless(missing)(
      `${name} ends by ${signal} with ${SIGNALS[signal]}, no file, no process, what stood there kept`,
      () =>
        withFolder(async (folder) => {
          const out = join(folder, "out");
          mkdirSync(out);
          make(folder);
          writeFileSync(join(out, "mean.tif"), "stood there before");
          const pila = new RunningPila(args(folder, out));
          await pila.until(
            "at work",
            () => temporaryFiles(out).length > 0 && pila.processes().length >= processes,
          );
          // Ctrl-C in a terminal reaches the whole group, a SIGTERM the one process.
          process.kill(signal === "SIGINT" ? -pila.child.pid! : pila.child.pid!, signal);
          const { code, stderr } = await pila.end();
          assert.is(code, SIGNALS[signal], stderr);
          assert.equal(pila.processes(), []);
          assert.equal(readdirSync(out), ["mean.tif"]);
          assert.is(readFileSync(join(out, "mean.tif"), "utf8"), "stood there before");
          assert.not.match(stderr, /^\s+at /m);
        }),
    );
  }
});

test.run();
