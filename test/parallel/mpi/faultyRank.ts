// Started as ranks by faults.slow.test.ts: node faultyRank.js KIND UNIQUE_WORD. The last rank misbehaves, the others wait for it.
import { readFileSync } from "node:fs";
import { BackendError } from "../../../src/core/errors";
import { joinMpi } from "../../../src/parallel/mpi/world";

const kind = process.argv[2];

/** Kills mpiexec (Open MPI 5 calls it prterun); MPICH's ranks are children of a proxy of it. Nothing else is touched. */
function killLauncher(): void {
  for (let pid = process.ppid; pid > 1; ) {
    const [, name, parent] = /\((.*)\) \w (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))!;
    if (/^(mpiexec|mpirun|prterun)/.test(name!)) return void process.kill(pid, "SIGKILL");
    if (!name!.startsWith("hydra")) return;
    pid = Number(parent);
  }
}

if (kind === "kill the launcher before joining") {
  if ((process.env.OMPI_COMM_WORLD_RANK ?? process.env.PMI_RANK) === "0") killLauncher();
  // A process that has not joined MPI does not notice that its launcher is gone.
  for (;;);
}
const world = joinMpi();
const last = world.size - 1;

const faults: Record<string, () => void> = {
  throw: () => {
    throw new TypeError("a bad pixel");
  },
  "throw pila error": () => {
    throw new BackendError("two\nlines");
  },
  reject: () => void Promise.reject(new Error("a late refusal")),
  "exit 3": () => process.exit(3),
  "exit 0": () => process.exit(0),
  "end of script": () => undefined,
  "kill -9": () => process.kill(process.pid, "SIGKILL"),
  "kill the launcher": () => {
    killLauncher();
    for (;;);
  },
  hang: () => {
    for (;;);
  },
  "too long": () => {
    world.send(new Uint8Array(100), 0, 1);
    world.receive(new Uint8Array(1), 0, 1);
  },
};

process.stderr.write(`note of rank ${world.rank}\n`);
if (kind === "exit after finalize") {
  world.finalize();
  process.exitCode = world.rank === last ? 5 : 0;
} else if (world.rank === last) {
  faults[kind!]!();
} else {
  world.receive(new Uint8Array(10), last, 1);
  world.receive(new Uint8Array(10), last, 2);
}
