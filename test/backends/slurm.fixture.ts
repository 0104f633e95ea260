// A Slurm cluster of two nodes on this machine, without systemd: munged, slurmctld and two slurmd in a folder.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "../freePort";

const PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "srun"] as const;

/** Debian keeps the daemons where a bare PATH does not look. */
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

/** Why there can be no Slurm here; undefined where there can. */
export function slurmMissing(): string | undefined {
  if (process.getuid?.() !== 0) return "not root: no Slurm";
  const absent = PROGRAMS.find((name) => !PATH.split(":").some((folder) => existsSync(join(folder, name))));
  return absent === undefined ? undefined : `no ${absent}`;
}

/** Runs a program to its end. @throws Error it failed */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    env,
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr}`);
  return stdout;
}

/** How a job ended: the state Slurm gives it, and what it wrote. */
export interface JobEnded {
  readonly state: string;
  readonly output: string;
}

export class Slurm {
  private constructor(
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** @param folder empty; it holds all that the cluster writes */
  static async start(folder: string): Promise<Slurm> {
    const at = (name: string): string => join(folder, name);
    const [controller, ...nodes] = await Promise.all([1, 2, 3].map(findFreePort));
    const host = hostname().split(".")[0]!;
    for (const name of ["n1", "n2", "state"]) mkdirSync(at(name));
    writeFileSync(at("key"), Buffer.alloc(1024, "pila"), { mode: 0o600 });
    chmodSync(folder, 0o755);
    writeFileSync(at("cgroup.conf"), "CgroupPlugin=cgroup/v1\n");
    writeFileSync(
      at("slurm.conf"),
      [
        "ClusterName=pila",
        `SlurmctldHost=${host}(127.0.0.1)`,
        `SlurmctldPort=${controller}`,
        "SlurmUser=root",
        "SlurmdUser=root",
        "AuthType=auth/munge",
        `AuthInfo=socket=${at("munge.sock")}`,
        "CredType=cred/munge",
        `StateSaveLocation=${at("state")}`,
        `SlurmdSpoolDir=${folder}/%n`,
        // Of its own for each node, else pmix finds its file there already.
        `TmpFS=${folder}/%n`,
        `SlurmctldPidFile=${at("slurmctld.pid")}`,
        `SlurmdPidFile=${folder}/slurmd-%n.pid`,
        `SlurmctldLogFile=${at("slurmctld.log")}`,
        `SlurmdLogFile=${folder}/slurmd-%n.log`,
        "ProctrackType=proctrack/linuxproc",
        "TaskPlugin=task/none",
        "JobAcctGatherType=jobacct_gather/none",
        "SelectType=select/cons_tres",
        "SelectTypeParameters=CR_Core",
        "MpiDefault=pmix",
        "ReturnToService=2",
        "SlurmdParameters=config_overrides",
        ...nodes.map(
          (port, i) => `NodeName=n${i + 1} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=2`,
        ),
        "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
        "",
      ].join("\n"),
    );
    const env = {
      ...process.env,
      PATH,
      SLURM_CONF: at("slurm.conf"),
      // Both nodes are this host: ranks that believe to share memory with the other node's would fail.
      OMPI_MCA_btl: "self,tcp",
    };
    const slurm = new Slurm(folder, env);
    const files = ["pid", "log", "seed"].map((kind) => `--${kind}-file=${at(`munged.${kind}`)}`);
    try {
      run("munged", ["--force", `--socket=${at("munge.sock")}`, `--key-file=${at("key")}`, ...files], env);
      run("slurmctld", ["-f", at("slurm.conf")], env);
      for (const node of ["n1", "n2"]) run("slurmd", ["-N", node, "-f", at("slurm.conf")], env);
      for (let left = 100; ; left--) {
        const states = run("sinfo", ["-h", "-N", "-o", "%T"], env).trim().split("\n");
        if (states.length === 2 && states.every((state) => state === "idle")) return slurm;
        if (left === 0) throw new Error(`nodes are ${states.join(" and ")}, expected idle`);
        await sleep(100);
      }
    } catch (error) {
      slurm.stop();
      throw error;
    }
  }

  /** Submits a job file and waits for its end. @param words options, the file and its words, as after `sbatch` */
  async submit(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<JobEnded> {
    const output = join(this.folder, "job-%j.out");
    const all = { ...this.env, ...env };
    const id = run("sbatch", ["--parsable", `--output=${output}`, ...words], all).trim();
    for (;;) {
      const [, state = ""] = /JobState=(\w+)/.exec(run("scontrol", ["show", "job", id], all)) ?? [];
      if (!["PENDING", "RUNNING", "COMPLETING", "CONFIGURING"].includes(state)) {
        return { state, output: readFileSync(output.replace("%j", id), "utf8") };
      }
      await sleep(100);
    }
  }

  /** Ends its programs. */
  stop(): void {
    const pidFiles = readdirSync(this.folder).filter((name) => name.endsWith(".pid"));
    for (const name of pidFiles) {
      try {
        process.kill(Number(readFileSync(join(this.folder, name), "utf8")), "SIGKILL");
      } catch {
        // Ended by itself.
      }
    }
  }
}
