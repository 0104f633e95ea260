// Commands that are hit at seeded moments by kill -9 and signals, in the process itself or in one that it started.
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { BACKEND_IDS } from "../../src/backends/registry";
import { readSession } from "../../src/records/runFolder";
import { backendMissing } from "../backends/available.fixture";
import { uniform } from "../io/slcFile.fixture";
import { RunningPila, runPila } from "./cli.fixture";

/** A command whose outputs stand already, made of other data or by other parameters. */
export interface Case {
  readonly name: string;
  readonly missing: string | undefined;
  /** It starts processes. */
  readonly hasChildren: boolean;
  /** Arguments of the older run and of the one that is hit. */
  readonly older: readonly string[];
  readonly args: readonly string[];
  /** Folder of the outputs; all its files are old or all are new. */
  readonly out: string;
  /** Its files may be of both. */
  readonly isIncremental?: true;
}

const DATES = ["--dates", "3", "--size", "256x256"];

/** Makes the data of all cases below a folder. */
export function makeCases(folder: string): readonly Case[] {
  const at = (...names: string[]): string => join(folder, ...names);
  for (const seed of ["1", "2"]) {
    runWell(["simulate", at(`tree${seed}`), ...DATES, "--seed", seed]);
    runWell(["link", at(`tree${seed}`), at(`slc${seed}`)]);
    runWell(["prep", at(`slc${seed}`), at(`in${seed}`)]);
  }
  const two = ["--workers", "2"];
  const products = (id: string): string[] => [at(id, "m.tif"), at(id, "s.tif"), "--count", at(id, "n.tif")];
  const stats = BACKEND_IDS.map((id): Case => {
    const run = (seed: number): string[] => ["stats", id, at(`in${seed}`), ...products(id), ...two];
    const hasChildren = ["mp", "mp_v2", "mpi"].includes(id);
    const missing = backendMissing(id);
    return { name: `stats ${id}`, missing, hasChildren, older: run(1), args: run(2), out: at(id) };
  });
  const fused = (seed: number): string[] => ["fused", at(`slc${seed}`), ...products("fused"), ...two];
  const prep = (looks: string): string[] => [
    "prep",
    at("slc1"),
    at("prep"),
    "--looks",
    looks,
    "--overwrite",
    ...two,
  ];
  const simulate = (seed: string): string[] => ["simulate", at("simulate"), ...DATES, "--seed", seed];
  const alone = { missing: undefined, hasChildren: false };
  return [
    ...stats,
    { ...alone, name: "fused", older: fused(1), args: fused(2), out: at("fused") },
    { ...alone, name: "prep", older: prep("2"), args: prep("4"), out: at("prep") },
    { ...alone, name: "simulate", older: simulate("1"), args: simulate("2"), out: at("simulate") },
    {
      ...alone,
      name: "link",
      older: ["link", at("tree1", "20230105"), at("link")],
      args: ["link", at("tree1"), at("link")],
      out: at("link"),
      isIncremental: true,
    },
  ];
}

const FAULTS = [
  { signal: "SIGKILL", child: false },
  { signal: "SIGTERM", child: false },
  { signal: "SIGKILL", child: true },
  { signal: "SIGHUP", child: false },
] as const;
/** As cli.md has them; a run may have ended before it was hit. */
const CODES = { SIGKILL: null, SIGTERM: 143, SIGHUP: 129 } as const;

/** Longest time until no process of a run that was hit is left: a generous bound for a machine that is shared. */
const GONE_MS = 15_000;

/**
 * Hits a command at so many moments, spread over a little more than its time.
 * @returns how many of them found it at work, and found something old or new
 */
export async function hitCommand(
  one: Case,
  moments: number,
  seed: number,
): Promise<Record<"hit" | "old" | "new", number>> {
  const random = uniform(seed);
  const count = { hit: 0, old: 0, new: 0 };
  rmSync(one.out, { recursive: true, force: true });
  runWell(one.older);
  const older = readTree(one.out);
  const began = performance.now();
  runWell(one.args);
  const span = 1.1 * (performance.now() - began);
  const newer = readTree(one.out);
  for (let moment = 0; moment < moments; moment++) {
    rmSync(one.out, { recursive: true, force: true });
    runWell(one.older);
    const faults = one.hasChildren ? FAULTS : FAULTS.filter(({ child }) => !child);
    const { signal, child } = faults[moment % faults.length]!;
    const after = Math.round(span * random());
    const what = `${one.name}, ${signal} of ${child ? "a child" : "the command"} after ${after} ms (moment ${moment})`;
    const code = await hit(one.args, signal, child ? random : null, after, what);
    const expected = child ? [0, 1] : [0, CODES[signal]];
    assert.ok(expected.includes(code), `${what}: code ${code}`);
    if (code !== 0) count.hit += 1;
    const found = readTree(one.out);
    if (one.isIncremental) assertLinks(found, newer, what);
    else {
      const isNew = same(found, newer);
      assert.ok(isNew || same(found, older), `${what}: ${differences(found, older, newer)}`);
      if (code === 0) assert.ok(isNew, what);
      count[isNew ? "new" : "old"] += 1;
    }
    runWell(one.args);
    assert.ok(
      same(readTree(one.out, true), newer),
      `${what}: the next run leaves ${[...readTree(one.out, true).keys()]}`,
    );
  }
  return count;
}

/** Starts a command and hits it; its exit code, when no process of it is left. */
async function hit(
  args: readonly string[],
  signal: NodeJS.Signals,
  random: (() => number) | null,
  after: number,
  what: string,
): Promise<number | null> {
  const pila = new RunningPila(args);
  await sleep(after);
  const pids = random === null ? [pila.child.pid!] : pila.processes().filter((pid) => pid !== pila.child.pid);
  const pid = pids[random === null ? 0 : Math.floor(random() * pids.length)];
  try {
    if (pid !== undefined && pila.child.exitCode === null) process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
  const { code, stderr } = await pila.end();
  assert.not.match(stderr, /^\s+at /m, what);
  const limit = performance.now() + GONE_MS;
  while (pila.processes().length > 0 && performance.now() < limit) await sleep(20);
  assert.equal(pila.processes(), [], `${what}: processes left`);
  // A signal that came before anyone listened ends the process: a shell gives it the same number.
  return (
    code ??
    (pila.child.signalCode === "SIGKILL" ? null : CODES[pila.child.signalCode as "SIGTERM" | "SIGHUP"])
  );
}

/** Hits a bench at so many moments; each time its records can be read, and it can be finished. */
export async function hitBench(folder: string, moments: number, seed: number): Promise<number> {
  const random = uniform(seed);
  const [data, run] = [join(folder, "in1"), join(folder, "run")];
  const options = ["--backends", "mp_v2", "--workers", "2", "--blocks", "1", "--seed", "1"];
  const args = ["bench", data, "--out", run, ...options];
  const began = performance.now();
  runWell(args);
  const span = performance.now() - began;
  const whole = readSession(run).runs.length;
  let hits = 0;
  for (let moment = 0; moment < moments; moment++) {
    rmSync(run, { recursive: true, force: true });
    const { signal, child } = FAULTS[moment % FAULTS.length]!;
    const after = Math.round(span * random());
    const what = `bench, ${signal} of ${child ? "a child" : "the command"} after ${after} ms (moment ${moment})`;
    const code = await hit(args, signal, child ? random : null, after, what);
    assert.ok((child ? [0, 1] : [0, CODES[signal]]).includes(code), `${what}: code ${code}`);
    if (code !== 0) hits += 1;
    const hasBegun = readTree(run).has("env.json");
    if (hasBegun) readSession(run);
    const { code: end, stderr } = runPila(hasBegun ? ["bench", data, "--resume", run] : args);
    // A run whose child was killed is a failed run, which stays one.
    assert.ok(end === 0 || (child && /found failed runs/.test(stderr)), `${what}: ${stderr}`);
    assert.is(readSession(run).runs.length, whole, what);
    const left = [...readTree(run, true).keys()].filter((name) =>
      /(^|\/)\.pila-|^scratch|^levels/.test(name),
    );
    assert.equal(left, [], what);
  }
  return hits;
}

function runWell(args: readonly string[]): void {
  const { code, stderr } = runPila(args);
  assert.is(code, 0, `${args.join(" ")}: ${stderr}`);
}

/** Every file below a folder with its bytes, links with where they lead. @param all temporary files too */
function readTree(folder: string, all = false): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  const walk = (path: string): void => {
    mkdirSync(join(folder, path), { recursive: true });
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const name = join(path, entry.name);
      if (entry.isDirectory()) walk(name);
      else if (entry.isSymbolicLink()) found.set(name, Buffer.from(readlinkSync(join(folder, name))));
      else if (all || !entry.name.startsWith(".pila-")) found.set(name, readFileSync(join(folder, name)));
    }
  };
  walk("");
  return found;
}

function same(a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>): boolean {
  return a.size === b.size && [...a].every(([name, bytes]) => b.get(name)?.equals(bytes) === true);
}

function differences(found: ReadonlyMap<string, Buffer>, ...known: ReadonlyMap<string, Buffer>[]): string {
  const names = new Set([...found.keys(), ...known.flatMap((each) => [...each.keys()])]);
  const whose = [...names].map((name) => {
    const bytes = found.get(name);
    const of = ["old", "new"].filter((_, i) => bytes !== undefined && known[i]!.get(name)?.equals(bytes));
    return `${name} ${bytes === undefined ? "missing" : of.join(" and ") || "neither"}`;
  });
  return whose.join(", ");
}

function assertLinks(
  found: ReadonlyMap<string, Buffer>,
  newer: ReadonlyMap<string, Buffer>,
  what: string,
): void {
  for (const [name, target] of found) assert.ok(newer.get(name)?.equals(target) === true, `${what}: ${name}`);
}
