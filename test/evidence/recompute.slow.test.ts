import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { explainLoss } from "../../src/evidence/scaling";
import { formatLevelKey } from "../../src/evidence/session";
import { amdahlBound } from "../../src/evidence/spans";
import {
  type Configuration,
  type Estimate,
  type Level,
  type MedianEstimate,
  type Summary,
  summarise,
  type VerdictKind,
} from "../../src/evidence/summary";
import { readSession, type StoredSession } from "../../src/records/runFolder";
import { criticalPath, PIECES } from "../../src/report/findings/criticalPath";
import { runPila } from "../commands/cli.fixture";
import { pythonMissing, runPython } from "../io/python.fixture";
import { withFolder, writeSession } from "../records/records.fixture";
import { protocolSession } from "../records/session.fixture";
import { testUnless } from "../testUnless";
import { isClose } from "./oracle";

const PROGRAM = join(__dirname, "../../../test/evidence/recompute.py");
const EXACT = 1e-9;
const RUN = `
import json, runpy, sys
sys.argv = json.load(sys.stdin)
runpy.run_path(sys.argv[0], run_name="__main__")
`;

/** What recompute.py prints: a tree of numbers, by the names of `Summary` where it has one. */
interface Tree {
  readonly [name: string]: Node;
}
type Node = Tree | readonly number[] | number | string | null;

/** Compares value by value and counts what it compared. */
class Comparison {
  compared = 0;

  number(found: number | null | undefined, expected: Node | undefined, what: string): void {
    this.compared++;
    if (typeof found !== "number" || typeof expected !== "number") {
      assert.is(found ?? null, expected ?? null, `${what}: found ${found}, expected ${String(expected)}`);
    } else {
      const magnitude = Math.max(Math.abs(expected), 1e-3);
      assert.ok(
        Math.abs(found - expected) <= EXACT * magnitude,
        `${what}: found ${found}, expected ${expected}`,
      );
    }
  }

  /** Every number of the tree against the member of that name. */
  members(found: object | null, expected: Node | undefined, what: string): void {
    if (found === null || expected === null) {
      assert.ok(found === null && expected === null, `${what}: one is missing`);
      return;
    }
    for (const [name, value] of Object.entries(expected as Tree)) {
      this.number((found as Record<string, number | null>)[name], value, `${what} ${name}`);
    }
  }

  verdict(found: VerdictKind, expected: VerdictKind, what: string): void {
    this.compared++;
    assert.is(found, expected, `${what}: verdict`);
  }

  median(found: MedianEstimate | null, expected: Node | undefined, what: string): void {
    const { value, n, interval } = expected as Tree;
    this.number(found?.value, value, what);
    this.number(found?.n, n, `${what} n`);
    this.members(found?.interval ?? null, interval, `${what} interval`);
  }

  /** The value exactly; each end of the interval between the two quantiles of the other generator's draws. */
  bootstrap(found: Estimate | null, expected: Node | undefined, what: string, divisor = 1): void {
    if (found === null || expected === null) {
      assert.ok(found === null && expected === null, `${what}: one is missing`);
      return;
    }
    const { value, ends } = expected as Tree;
    this.number(found.value * divisor, value, what);
    assert.is(found.interval === null, ends === null, `${what}: an interval on one side alone`);
    if (found.interval === null) return;
    for (const name of ["low", "high"] as const) {
      const [least, most] = (ends as Tree)[name] as [number, number];
      const end = found.interval[name] * divisor;
      const slack = EXACT * end;
      this.compared++;
      assert.ok(
        end >= least - slack && end <= most + slack,
        `${what} ${name}: found ${end}, expected ${least} … ${most}`,
      );
    }
  }
}

const at = (tree: Node | undefined, ...names: string[]): Node =>
  names.reduce<Node>((node, name) => (node as Tree | null)?.[name] ?? null, tree ?? null);

function compareDecomposition(compare: Comparison, one: Configuration, expected: Tree): void {
  const { label, decomposition } = one;
  const told = expected.decomposition as Tree | null;
  assert.is(decomposition === null, told === null, `${label} decomposition`);
  if (decomposition === null) return;
  assert.is(decomposition.runId, told?.runId, `${label}: another run`);
  compare.number(decomposition.processes, at(told, "processes"), `${label} P`);
  compare.members(decomposition.seconds, at(told, "seconds"), `${label} seconds`);
  compare.members(decomposition.shares, at(told, "shares"), `${label} shares`);
  compare.members(decomposition.factors, at(told, "factors"), `${label} factors`);
  isClose(at(told, "sumOfShares") as number, 1, EXACT, `${label}: sum of shares`);
  assert.ok(
    (at(told, "latestEnd") as number) <= decomposition.wallSeconds + EXACT,
    `${label}: a span ends late`,
  );
  const identity = (expected.identity ?? null) as Tree | null;
  assert.is(decomposition.identity === null, identity === null, `${label} identity`);
  if (decomposition.identity === null) return;
  isClose(identity?.product as number, identity?.speedup as number, EXACT, `${label}: P (PE/PE_sec) CompS`);
  const { computing, speedup, communication, computation, lossShares } = decomposition.identity;
  compare.members(
    { computing, speedup, communication, computationScaling: computation },
    pick(identity!, ["computing", "speedup", "communication", "computationScaling"]),
    `${label} identity`,
  );
  compare.members(lossShares, identity?.lossShares, `${label} loss`);
}

/** What figure A draws of a configuration. */
function comparePieces(compare: Comparison, one: Configuration, expected: Tree): void {
  const path = criticalPath(one);
  if (path === null) return;
  const found = Object.fromEntries(PIECES.map((piece) => [piece, 0]));
  for (const { piece, seconds } of path) found[piece] = seconds;
  compare.members(found, expected.pieces, `${one.label} pieces`);
}

function pick(tree: Tree, names: readonly string[]): Tree {
  return Object.fromEntries(names.map((name) => [name, tree[name] ?? null]));
}

/** Causes that tell apart how the computing is shared out: only their sum is a formula's. */
const SHARING: readonly string[] = ["pattern", "extraProcesses", "serialCompute", "lateStart", "imbalance"];

function compareConfiguration(compare: Comparison, level: Level, one: Configuration, expected: Tree): void {
  const { label } = one;
  compare.median(one.seconds, expected.seconds, `${label} seconds`);
  if (label !== "sec") compare.bootstrap(one.absoluteSpeedup, expected.absolute, `${label} speedup`);
  if (expected.relative !== null)
    compare.bootstrap(one.relativeSpeedup, expected.relative, `${label} relative`);
  const efficiency = expected.efficiency;
  if (efficiency !== null) compare.number(one.efficiency?.value, efficiency, `${label} efficiency`);
  const plain = [
    "cpuSeconds",
    "sumRssBytes",
    "peakRssBytes",
    "ipcMessages",
    "ipcBytes",
    "megabytesPerSecond",
  ];
  compare.members(one, pick(expected, plain), label);
  compareDecomposition(compare, one, expected);
  comparePieces(compare, one, expected);
  const sec = level.configurations.find((other) => other.label === "sec");
  const causes = (expected.causes ?? null) as Tree | null;
  if (sec === undefined || causes === null) return;
  const first = level.configurations.find((other) => other.backend === one.backend && other.workers === 1);
  const explained = explainLoss(one, sec, first === one ? null : (first?.decomposition ?? null));
  const shares: Record<string, number> = { sharing: 0 };
  for (const { id, share } of explained!.causes) {
    const name = SHARING.includes(id) ? "sharing" : id;
    shares[name] = (shares[name] ?? 0) + share;
  }
  compare.members(shares, causes.shares, `${label} causes`);
}

function compareScaling(compare: Comparison, level: Level, expected: Tree): void {
  for (const scaling of level.scaling) {
    const told = expected[scaling.backend] as Tree;
    compare.number(scaling.serialShare.value?.share, told.serialShare, `${scaling.backend} serial share`);
    const share = scaling.serialShare.value?.share;
    for (const point of scaling.points) {
      const own = at(told, "points", point.label);
      compare.number(point.karpFlatt, at(own, "karpFlatt"), `${point.label} Karp-Flatt`);
      compare.number(point.overheadBound, at(own, "overheadBound"), `${point.label} overhead bound`);
      if (share !== undefined) {
        compare.number(amdahlBound(share, point.workers), at(own, "amdahlBound"), `${point.label} Amdahl`);
        if (point.amdahlBound !== null)
          compare.number(point.amdahlBound, at(own, "amdahlBound"), point.label);
      }
    }
  }
}

const OPPOSITE = { faster: "slower", slower: "faster", indistinguishable: "indistinguishable" } as const;

/** A ratio's tree for its inverse. */
function turn(ratio: Node): Node {
  const { value, ends } = ratio as Tree;
  const invert = (name: string): readonly number[] =>
    (at(ends, name) as readonly number[]).map((end) => 1 / end).reverse();
  return {
    value: 1 / (value as number),
    ends: ends === null ? null : { low: invert("high"), high: invert("low") },
  };
}

function compareLevel(compare: Comparison, level: Level, expected: Tree): void {
  compare.bootstrap(level.noiseFloor?.ratio ?? null, expected.noiseFloor, "A/A");
  for (const one of level.configurations) {
    const told = at(expected.configurations, one.label);
    if (told === null) assert.is(one.counts.kept, 0, `${one.label} is missing`);
    else compareConfiguration(compare, level, one, told as Tree);
  }
  for (const { label, base, ratio, verdict } of level.pairs) {
    const [told, turned] = [`${label}/${base}`, `${base}/${label}`].map((name) => at(expected.pairs, name));
    compare.bootstrap(ratio, told ?? turn(turned!), `${label}/${base}`);
    const kind = at(told ?? turned, "verdict") as VerdictKind | null;
    if (kind !== null && level.omnibus?.differs !== false) {
      compare.verdict(verdict.kind, told === null ? OPPOSITE[kind] : kind, `${label}/${base}`);
    }
    compare.number(ratio.blocks, at(told ?? turned, "blocks"), `${label}/${base} blocks`);
  }
  for (const fused of level.fused) {
    const told = at(expected.fused, fused.fused);
    compare.median(fused.seconds, at(told, "seconds"), fused.fused);
    compare.median(fused.separateSeconds, at(told, "separateSeconds"), `${fused.fused} apart`);
    compare.median(fused.savedSeconds, at(told, "savedSeconds"), `${fused.fused} saved`);
    compare.bootstrap(fused.ratio, at(told, "ratio"), `${fused.fused} ratio`);
  }
  for (const ipc of level.ipc) {
    const told = at(expected.ipc, String(ipc.workers));
    compare.median(ipc.extraSeconds, at(told, "extraSeconds"), `IPC ${ipc.workers}`);
    compare.number(ipc.extraMessages, at(told, "ipcMessages"), `IPC ${ipc.workers} messages`);
    compare.number(ipc.extraBytes, at(told, "ipcBytes"), `IPC ${ipc.workers} bytes`);
  }
  compareScaling(compare, level, expected.scaling as Tree);
}

function compareGrowth(compare: Comparison, summary: Summary, expected: Tree): void {
  const lines = summary.growth.flatMap(({ variable, dates, shape, cache, lines: own }) => {
    const held = shape === null ? String(dates) : `${shape.azimuth}x${shape.range}`;
    return own.map((line) => [`${variable}|${held}|${cache}|${line.label}`, line] as const);
  });
  assert.equal(lines.map(([name]) => name).sort(), Object.keys(expected).sort());
  for (const [name, line] of lines) {
    const { slopeSeconds, interceptSeconds } = line;
    for (const [part, found] of Object.entries({ slope: slopeSeconds, intercept: interceptSeconds })) {
      const { low = null, high = null } = found.interval ?? {};
      compare.members({ value: found.value, low, high }, at(expected[name], part), `${name} ${part}`);
    }
  }
}

/** @returns how many values were compared */
function compareWithPython(folder: string): number {
  const session = readSession(folder);
  const summary = summarise(session);
  const expected = JSON.parse(runPython(RUN, [PROGRAM, folder])) as Tree;
  const compare = new Comparison();
  compare.members(summary.counts, expected.counts, "runs");
  assert.is(summary.levels.length, Object.keys(expected.levels as Tree).length);
  for (const level of summary.levels) {
    compareLevel(compare, level, at(expected.levels, formatLevelKey(level.key)) as Tree);
  }
  compareGrowth(compare, summary, expected.growth as Tree);
  assert.is(summary.cacheEffects.length, Object.keys(expected.cacheEffects as Tree).length);
  for (const effect of summary.cacheEffects) {
    const name = `${effect.dates}|${effect.label}`;
    compare.bootstrap(effect.comparison.ratio, at(expected.cacheEffects, name), name);
  }
  for (const [what, found] of [
    ["drift", summary.drift.factor],
    ["tracingCost", summary.tracingCost?.factor ?? null],
  ] as const) {
    const { low = null, high = null } = found?.interval ?? {};
    const told = expected[what] as Tree | null;
    compare.members(
      found && { value: found.value, low, high },
      told && pick(told, ["value", "low", "high"]),
      what,
    );
  }
  compare.number(
    summary.tracingCost?.pairs,
    at(expected.tracingCost, "pairs"),
    "pairs with and without spans",
  );
  return compare.compared;
}

const SESSIONS: Readonly<Record<string, () => StoredSession>> = {
  "two cores, up to four workers, spread 3 %": () => protocolSession(),
  "four cores, dates and caches varied, six blocks": () =>
    protocolSession({
      cores: 4,
      dates: [4, 8],
      caches: ["warm", "cold"],
      blocks: 6,
      noise: 0.1,
      backends: ["mp", "mp_v2", "threads"],
    }),
  "dates and sizes varied": () => {
    const small = protocolSession({
      dates: [2, 4, 8],
      blocks: 6,
      workers: [1, 2],
      backends: ["mp", "threads"],
    });
    const large = small.runs.map((run) => ({
      ...run,
      runId: `${run.runId}-large`,
      shape: { azimuth: 2048, range: 2048 },
      wallSeconds: run.wallSeconds === null ? null : 1.1 + 3 * run.wallSeconds,
    }));
    return { ...small, runs: [...small.runs, ...large] };
  },
  "peers that are told their workers, and one that is not": () => {
    const session = protocolSession({ workers: [1, 2], backends: ["mp", "mp_v2", "mpi", "threads"] });
    const runs = session.runs.map((run) => {
      const program = run.backend === "mp" ? "py_mp" : null;
      if (run.backend === "sec" || (run.backend === "mp_v2" && run.workers === 2)) return run;
      return {
        ...run,
        backend: "peer",
        program,
        label: `py_${run.label}`,
        workers: program ? run.workers : 1,
      };
    });
    return { ...session, runs, spans: [] };
  },
  "too few blocks for an interval": () => protocolSession({ blocks: 4, workers: [1, 2] }),
  "no spans": () => protocolSession({ traced: false, workers: [1, 2] }),
  "runs that failed or were skipped, in every column and block": () => {
    const session = protocolSession({ workers: [1, 2], blocks: 12 });
    const runs = session.runs.map((run, i) => {
      if (i % 7 === 3) return { ...run, outcome: "failed" as const, reason: "exit 1" };
      if (i % 31 !== 5) return run;
      return { ...run, outcome: "skipped" as const, reason: "no room", wallSeconds: null };
    });
    return { ...session, runs };
  },
};

for (const [name, make] of Object.entries(SESSIONS)) {
  testUnless(pythonMissing)(`every number of a summary is what NumPy makes of the records: ${name}`, () =>
    withFolder((folder) => {
      writeSession(folder, make());
      assert.ok(compareWithPython(folder) > 300);
    }),
  );
}

testUnless(pythonMissing)(
  "every number of a summary is what NumPy makes of the records: a bench of this machine",
  () =>
    withFolder((folder) => {
      const [tree, flat, intens, run] = ["tree", "flat", "intens", "run"].map((name) =>
        join(folder, name),
      ) as [string, string, string, string];
      for (const args of [
        ["simulate", tree, "--dates", "3", "--size", "256x256"],
        ["link", tree, flat],
        ["prep", flat, intens],
        [
          "bench",
          intens,
          "--backends",
          "sec,mp,mp_v2,threads",
          "--workers",
          "1,2",
          "--blocks",
          "6",
          "--out",
          run,
        ],
      ]) {
        const { code, stderr } = runPila(args);
        assert.is(code, 0, stderr);
      }
      assert.ok(compareWithPython(run) > 500);
    }),
);

test.run();
