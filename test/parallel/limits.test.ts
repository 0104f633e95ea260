import { spawnSync } from "node:child_process";
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { usableCores, usableMemory } from "../../src/parallel/limits";
import { withFolder } from "../io/slcFile.fixture";
import { testUnless } from "../testUnless";

/** A file system with these files. */
function fill(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const UNIFIED = "40 30 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n";
const GIB = 2 ** 30;

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly cores: number;
  readonly gibibytes: number;
}

const CASES: readonly Case[] = [
  { name: "nothing is told", files: {}, cores: 16, gibibytes: 64 },
  {
    name: "version 2: the group above is the tighter one",
    files: {
      "proc/self/mountinfo": UNIFIED,
      "proc/self/cgroup": "0::/user.slice/job.scope\n",
      "sys/fs/cgroup/user.slice/cpu.max": "150000 100000\n",
      "sys/fs/cgroup/user.slice/memory.max": "max\n",
      "sys/fs/cgroup/user.slice/job.scope/cpu.max": "max 100000\n",
      "sys/fs/cgroup/user.slice/job.scope/memory.max": `${3 * GIB}\n`,
    },
    cores: 2,
    gibibytes: 3,
  },
  {
    name: "version 2 in a container that sees its own group as the root",
    files: {
      "proc/self/mountinfo": UNIFIED,
      "proc/self/cgroup": "0::/\n",
      "sys/fs/cgroup/cpu.max": "50000 100000\n",
      "sys/fs/cgroup/memory.max": `${GIB}\n`,
    },
    cores: 1,
    gibibytes: 1,
  },
  {
    name: "version 1, mounted apart, each with a group of its own",
    files: {
      "proc/self/mountinfo":
        "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n" +
        "36 31 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
      "proc/self/cgroup": "4:memory:/slurm/job_7\n1:cpu,cpuacct:/slurm\n",
      "sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_quota_us": "300000\n",
      "sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/memory/slurm/memory.limit_in_bytes": `${8 * GIB}\n`,
      "sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes": `${4 * GIB}\n`,
    },
    cores: 3,
    gibibytes: 4,
  },
  {
    name: "version 1 in a container whose mount begins at its group",
    files: {
      "proc/self/mountinfo": "33 31 0:30 /docker/ab /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n",
      "proc/self/cgroup": "1:cpu:/docker/ab\n",
      "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000\n",
      "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    },
    cores: 2,
    gibibytes: 64,
  },
  {
    name: "version 1 without a limit",
    files: {
      "proc/self/mountinfo": "33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n",
      "proc/self/cgroup": "1:cpu:/a\n",
      "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "-1\n",
      "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n",
    },
    cores: 16,
    gibibytes: 64,
  },
];

for (const { name, files, cores, gibibytes } of CASES) {
  test(`cores and memory: ${name}`, () =>
    withFolder((root) => {
      fill(root, files);
      assert.is(usableCores(root, 16), cores);
      assert.is(usableMemory(root, 64 * GIB), gibibytes * GIB);
    }));
}

test("affinity counts where it is the tighter one", () =>
  withFolder((root) => {
    fill(root, CASES[3]!.files);
    assert.is(usableCores(root, 2), 2);
  }));

/** A group of this machine with a limit, in which a program is run; undefined where none can be made. */
function makeGroup(controller: "cpu" | "memory", file: string, value: string): string | undefined {
  const group = `/sys/fs/cgroup/${controller}/pila-test-${process.pid}`;
  try {
    mkdirSync(group);
    writeFileSync(join(group, file), value);
    return group;
  } catch {
    return undefined;
  }
}

function askIn(group: string, what: string): string {
  const limits = JSON.stringify(join(__dirname, "../../src/parallel/limits.js"));
  const code = `process.stdout.write(String(require(${limits}).${what}()))`;
  try {
    return spawnSync(
      "sh",
      ["-c", `echo $$ > ${group}/cgroup.procs && exec ${process.execPath} -e '${code}'`],
      {
        encoding: "utf8",
      },
    ).stdout;
  } finally {
    rmdirSync(group);
  }
}

const trial = makeGroup("cpu", "cpu.cfs_quota_us", "100000");
if (trial !== undefined) rmdirSync(trial);
const missing = trial === undefined ? "no control group can be made" : undefined;

testUnless(missing)("a real control group of one core and of 1 GiB is seen from inside", () => {
  assert.is(usableCores(), availableParallelism());
  assert.is(askIn(makeGroup("cpu", "cpu.cfs_quota_us", "100000")!, "usableCores"), "1");
  assert.is(askIn(makeGroup("memory", "memory.limit_in_bytes", String(GIB))!, "usableMemory"), String(GIB));
});

test.run();
