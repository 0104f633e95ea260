// Hosts made of network namespaces: each has its own address, host name, shared memory and a folder that only it sees.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ended } from "../../commands/cli.fixture";
import { withFolder } from "../../io/slcFile.fixture";

const SSHD = ["/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen"];
/** Hosts are reached by ssh where its daemon is installed, else entered directly, with as empty an environment. */
const HAS_SSHD = SSHD.every((path) => existsSync(path));
export const WAY = HAS_SSHD ? "ssh" : "no sshd: entered directly";

/** Why no hosts can be made here; undefined when they can. */
export const hostsMissing: string | undefined = findMissing();

function findMissing(): string | undefined {
  if (process.getuid?.() !== 0) return "not root";
  const name = `pila${process.pid}t`;
  const made = spawnSync("ip", ["netns", "add", name]).status === 0;
  if (made) spawnSync("ip", ["netns", "del", name]);
  return made ? undefined : "no network namespaces";
}

/** Hosts that are up. */
interface Hosts {
  /** `h1`, `h2` and so on; of more ranks each, `h1:2`. */
  list(slots: number): string;
  /** A folder that has the same name on all hosts, and of which each has its own. */
  readonly ownFolder: string;
  /** Runs a program on a host to its end. */
  run(host: number, command: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended>;
  /** Processes on all hosts but those that make them hosts, as their command lines. */
  processes(): readonly string[];
  /** Takes a host off the network. */
  unplug(host: number): void;
}

/** Makes hosts on a network of their own, and takes down whatever runs on them at the end. */
export async function withHosts<T>(count: number, use: (hosts: Hosts) => Promise<T>): Promise<T> {
  return await withFolder(async (folder) => {
    const prefix = `pila${process.pid}`;
    const namespaces = [`${prefix}sw`];
    const pids: number[] = [];
    try {
      const ip = (...words: string[]): void => void execFileSync("ip", words, { stdio: "pipe" });
      const numbers = Array.from({ length: count }, (_, i) => i + 1);
      ip("netns", "add", `${prefix}sw`);
      ip("-n", `${prefix}sw`, "link", "add", "br0", "type", "bridge");
      ip("-n", `${prefix}sw`, "link", "set", "br0", "up");
      writeFileSync(
        join(folder, "hosts"),
        ["127.0.0.1 localhost", ...numbers.map((i) => `10.77.0.${i} h${i}`)].join("\n"),
      );
      const ownFolder = join(folder, "own");
      mkdirSync(ownFolder);
      const agent = writeAgent(folder);
      for (const i of numbers) {
        const name = `${prefix}n${i}`;
        namespaces.push(name);
        ip("netns", "add", name);
        ip(
          "-n",
          name,
          "link",
          "add",
          "eth0",
          "type",
          "veth",
          "peer",
          "name",
          `p${i}`,
          "netns",
          `${prefix}sw`,
        );
        ip("-n", `${prefix}sw`, "link", "set", `p${i}`, "master", "br0", "up");
        ip("-n", name, "addr", "add", `10.77.0.${i}/24`, "dev", "eth0");
        for (const link of ["eth0", "lo"]) ip("-n", name, "link", "set", link, "up");
        pids.push(await startHost(folder, name, i));
      }
      const enter = (host: number): string[] => [
        ...["-t", String(pids[host - 1]), "-n", "-u", "-m", `--wd=${process.cwd()}`],
      ];
      return await use({
        list: (slots) => numbers.map((i) => `h${i}:${slots}`).join(","),
        ownFolder,
        run: (host, command, env) =>
          runToEnd("nsenter", [...enter(host), ...command], {
            ...process.env,
            OMPI_MCA_plm_rsh_agent: agent,
            PRTE_MCA_plm_ssh_agent: agent,
            HYDRA_LAUNCHER_EXEC: agent,
            ...env,
          }),
        processes: () =>
          processesOn(namespaces)
            .filter((pid) => !pids.includes(pid))
            .flatMap(describeProcess),
        unplug: (host) => ip("-n", `${prefix}sw`, "link", "set", `p${host}`, "down"),
      });
    } finally {
      for (const pid of processesOn(namespaces)) spawnSync("kill", ["-9", String(pid)]);
      for (const name of namespaces) spawnSync("ip", ["netns", "del", name]);
    }
  });
}

/** The program that launchers use to reach a host: `agent [options] HOST COMMAND…`. */
function writeAgent(folder: string): string {
  const agent = join(folder, "agent");
  const options = [
    ...["-F", "none", "-i", join(folder, "key"), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"],
    ...["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"],
    ...["-o", "ConnectTimeout=3"],
  ];
  const direct = `while case "$1" in -*) true;; *) false;; esac; do shift; done
host=$1; shift
exec nsenter -t "$(cat ${folder}/$host.pid)" -n -u -m env -i PATH="$PATH" HOME="$HOME" sh -c "$*"`;
  const ssh = `exec ssh ${options.join(" ")} "$@"`;
  writeFileSync(agent, `#!/bin/sh\n${HAS_SSHD ? ssh : direct}\n`, { mode: 0o755 });
  if (HAS_SSHD) {
    for (const name of ["key", "hostkey"]) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)]);
    }
  }
  return agent;
}

/** Starts what keeps a host up. @returns its process */
async function startHost(folder: string, namespace: string, i: number): Promise<number> {
  const config = join(folder, `sshd${i}.conf`);
  writeFileSync(
    config,
    `ListenAddress 10.77.0.${i}\nHostKey ${folder}/hostkey\nAuthorizedKeysFile ${folder}/key.pub\nPidFile none
StrictModes no\nUsePAM no\nPermitRootLogin yes\nSetEnv PATH=${process.env.PATH}\n`,
  );
  if (HAS_SSHD) mkdirSync("/run/sshd", { recursive: true });
  const stay = HAS_SSHD ? `/usr/sbin/sshd -D -f ${config} -E ${folder}/sshd${i}.log` : "sleep infinity";
  const script = `hostname h${i} && mount --bind ${folder}/hosts /etc/hosts && mount -t tmpfs none /dev/shm &&
mount -t tmpfs none ${folder}/own && echo $$ > ${folder}/h${i}.part && mv ${folder}/h${i}.part ${folder}/h${i}.pid && exec ${stay}`;
  spawn("ip", ["netns", "exec", namespace, "unshare", "--uts", "--mount", "sh", "-c", script], {
    stdio: "ignore",
  });
  const path = join(folder, `h${i}.pid`);
  for (let tries = 0; !existsSync(path); tries++) {
    if (tries > 400) throw new Error(`host ${i} did not come up`);
    await sleep(25);
  }
  return Number(readFileSync(path, "utf8"));
}

/** Hosts that run something hang where their parent is not waited for: without blocking, and with both streams. */
function runToEnd(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

function processesOn(namespaces: readonly string[]): readonly number[] {
  return namespaces.flatMap((name) => {
    const { stdout } = spawnSync("ip", ["netns", "pids", name], { encoding: "utf8" });
    return (stdout ?? "").split("\n").filter(Boolean).map(Number);
  });
}

function describeProcess(pid: number): readonly string[] {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return line.startsWith("sshd") || line === "" ? [] : [line];
  } catch {
    return [];
  }
}
