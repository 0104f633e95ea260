import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertSameBytes } from "../io/product.fixture";
import { withFolder } from "../io/slcFile.fixture";
import { testUnless } from "../testUnless";
import { CLI, runPila } from "./cli.fixture";

const SAMPLE = join(__dirname, "../../../data-prep/sample");

/** Runs a line of a shell in a folder, where `pila` is the command. */
function runShell(line: string, cwd: string): { code: number | null; stdout: string; stderr: string } {
  const pila = `pila() { ${process.execPath} ${CLI} "$@"; }`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", `${pila}\n${line}`], { cwd, encoding: "utf8" });
  return { code: status, stdout, stderr };
}

/** The line ends with 1, one tagged line that matches, and no stack trace. */
function assertRefused(line: string, cwd: string, pattern: RegExp): void {
  const { code, stderr } = runShell(line, cwd);
  assert.is(code, 1, `${line}: ${stderr}`);
  assert.match(stderr, pattern);
  assert.not.match(stderr, /^\s+at |Traceback/m);
}

test("a limit of the address space is told with what was asked for and what helps, which does", () =>
  withFolder((folder) => {
    assert.is(runPila(["prep", SAMPLE, join(folder, "in")]).code, 0);
    assert.is(runPila(["stats", "sec", join(folder, "in"), join(folder, "m"), join(folder, "s")]).code, 0);
    const kernels = /^pila: MemoryError: found [\d.]+ MiB of memory for the kernels refused, .*ulimit -v/m;
    const threads =
      /^pila: MemoryError: found a limit of \d+ MiB of address space .* for \d threads? beside/m;
    assertRefused("ulimit -v 3000000; pila stats sec in m1 s1", folder, kernels);
    assertRefused("ulimit -v 3000000; pila stats mp_v2 in m1 s1 --workers 2", folder, kernels);
    assertRefused("ulimit -v 1400000; pila stats threads in m1 s1 --workers 4", folder, threads);
    assertRefused(`ulimit -v 1400000; pila fused ${SAMPLE} m1 s1 --workers 3`, folder, threads);
    assert.not.ok(existsSync(join(folder, "m1")));
    const helped = "export NODE_OPTIONS=--disable-wasm-trap-handler; ulimit -v 3000000";
    assert.is(runShell(`${helped}; pila stats sec in m1 s1`, folder).code, 0);
    assertSameBytes(join(folder, "m1"), join(folder, "m"));
  }));

const isRoot = process.getuid?.() === 0 && spawnSync("unshare", ["-m", "true"]).status === 0;
const mountMissing = isRoot ? undefined : "no right to mount";

/** Runs lines below a file system of their own, mounted at `folder/mounted`. */
function below(mount: string, line: string): string {
  return `mkdir -p mounted; exec unshare -m bash -c '${mount}; ${line.replaceAll("pila ", `${process.execPath} ${CLI} `)}'`;
}

testUnless(mountMissing)("a read-only output folder is told by every command with its name", () =>
  withFolder((folder) => {
    assert.is(runPila(["prep", SAMPLE, join(folder, "in")]).code, 0);
    const readOnly = "mount -t tmpfs -o size=1m,ro tmpfs mounted";
    for (const words of [
      "stats sec in mounted/m mounted/s",
      `fused ${SAMPLE} mounted/m mounted/s`,
      `prep ${SAMPLE} mounted/in`,
      "simulate mounted/tree --dates 1 --size 64x64",
      `link ${SAMPLE} mounted/flat`,
      "bench in --out mounted/run --backends sec",
      `inspect ${SAMPLE} --quicklook mounted/a.png`,
      "stats sec in m s --trace mounted/t.jsonl",
    ]) {
      assertRefused(
        below(readOnly, `pila ${words}`),
        folder,
        /^pila: FileError: \S*mounted\/\S+: found a read-only file system, .*\(EROFS\)$/m,
      );
    }
  }),
);

testUnless(mountMissing)("a full disk is told with the file, and leaves no file that is not whole", () =>
  withFolder((folder) => {
    mkdirSync(join(folder, "in"));
    assert.is(runPila(["prep", SAMPLE, join(folder, "in")]).code, 0);
    const small = "mount -t tmpfs -o size=12k tmpfs mounted";
    const full = /^pila: (FileError|WorkerError): .*mounted\/\S+: found no room left on the disk/m;
    for (const words of [
      "stats sec in mounted/m mounted/s",
      `fused ${SAMPLE} mounted/m mounted/s --workers 2`,
      `prep ${SAMPLE} mounted/in`,
      "simulate mounted/tree --dates 1 --size 64x64",
    ]) {
      assertRefused(
        below(small, `pila ${words}; code=$?; find mounted -type f >&2; exit $code`),
        folder,
        full,
      );
    }
    assert.equal(readdirSync(join(folder, "mounted")), []);
  }),
);

testUnless(mountMissing)("a bench on a full disk fails, keeps its runs and says how to go on", () =>
  withFolder((folder) => {
    assert.is(runPila(["prep", SAMPLE, join(folder, "in")]).code, 0);
    // Room for the session's beginning, then none: the products of a run find the disk full.
    const line = `(while ! grep -q ok mounted/run/runs.jsonl; do sleep 0.05; done; dd if=/dev/zero of=mounted/fill bs=1k) 2>/dev/null &
pila bench in --out mounted/run --backends sec --blocks 6; code=$?; kill %1 2>/dev/null; grep -c ok mounted/run/runs.jsonl; exit $code`;
    const { code, stdout, stderr } = runShell(
      below("mount -t tmpfs -o size=600k tmpfs mounted", line),
      folder,
    );
    assert.is(code, 1, stderr);
    assert.match(stderr, /^pila: (FileError|BackendError): .*mounted\/run.*\(ENOSPC\)/m);
    assert.ok(Number(stdout.trim().split("\n").at(-1)) > 0, stdout);
    assert.not.match(stderr, /^\s+at /m);
  }),
);

testUnless(mountMissing)(
  "mpi works without room in /dev/shm, and says what is missing where there is none at all",
  () =>
    withFolder((folder) => {
      assert.is(runPila(["prep", SAMPLE, join(folder, "in")]).code, 0);
      assert.is(runPila(["stats", "sec", join(folder, "in"), join(folder, "m"), join(folder, "s")]).code, 0);
      const small = "mount -t tmpfs -o size=64k tmpfs /dev/shm";
      const { code, stderr } = runShell(below(small, "pila stats mpi in m1 s1 --workers 2"), folder);
      assert.is(code, 0, stderr);
      assertSameBytes(join(folder, "m1"), join(folder, "m"));
      assertRefused(
        below(small, "TMPDIR=/dev/shm pila stats mpi in m2 s2 --workers 2"),
        folder,
        /^pila: BackendError: .*\/dev\/shm has \d+ KiB free and MPI needs about 10 MiB/m,
      );
    }),
);

test("what cannot be printed is an error, also of --version", () =>
  withFolder((folder) => {
    const full = /^pila: FileError: standard output: found no room left on the disk, .*\(ENOSPC\)$/m;
    for (const words of ["--version", "--help", `inspect ${SAMPLE}`, `fused ${SAMPLE} m s --json`])
      assertRefused(`pila ${words} > /dev/full`, folder, full);
  }));

test.run();
