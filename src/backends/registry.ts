import { UsageError } from "../core/errors";
import type { HeadStart, WorkersStarted } from "../parallel/headStart";
import type { Backend } from "./backend";

/** Every backend, in the order of tables and charts; its file is loaded when it is asked for. A new one is a line here. */
const BACKENDS = {
  sec: () => (require("./rows") as typeof import("./rows")).sec,
  mp: () => (require("./mp") as typeof import("./mp")).mp,
  mp_v2: () => (require("./mpV2") as typeof import("./mpV2")).mpV2,
  mp_mem: () => (require("./mpMem") as typeof import("./mpMem")).mpMem,
  mpi: () => (require("./mpi") as typeof import("./mpi")).mpi,
  threads: () => (require("./rows") as typeof import("./rows")).threads,
} as const satisfies Readonly<Record<string, () => Backend>>;

/** Commands that are measured beside the backends; their threads are row workers too. */
const STEPS = ["fused", "prep"] as const;

/** The ids of all backends, in the order of tables and charts. */
export const BACKEND_IDS: readonly string[] = Object.keys(BACKENDS);

/**
 * The backend of an id.
 * @param id such as `sec` or `mp_v2`
 * @returns its entry: `run`, and `unavailable`, which tells why it cannot run here
 * @throws UsageError there is no such backend; the message names those there are
 */
export function findBackend(id: string): Backend {
  if (Object.hasOwn(BACKENDS, id)) return BACKENDS[id as keyof typeof BACKENDS]();
  throw new UsageError(`found backend ${id}, expected one of ${BACKEND_IDS.join(", ")}`);
}

/**
 * Every backend.
 * @returns their entries, in the order of tables and charts
 */
export function backends(): readonly Backend[] {
  return BACKEND_IDS.map(findBackend);
}

/** What a backend, `fused` or `prep` starts to share its work; null where nothing, or where it is not one of them. */
export function workersOf(id: string): WorkersStarted["kind"] | null {
  if ((STEPS as readonly string[]).includes(id)) return "thread";
  return Object.hasOwn(BACKENDS, id) ? (BACKENDS[id as keyof typeof BACKENDS]().starts?.kind ?? null) : null;
}

/** The workers that each command starts first of all, by its first words. */
export function headStarts(): Readonly<Record<string, HeadStart>> {
  const rowWorker = { program: "rowWorker.js", words: [] };
  const found: Record<string, HeadStart> = {};
  for (const command of STEPS) found[command] = { kind: "thread", itself: 1, ...rowWorker };
  for (const { id, starts, work } of backends()) {
    if (starts === null || starts.kind === "rank") continue;
    const { kind, itself } = starts;
    const program = work === undefined ? rowWorker : { program: "entry.js", words: [id] };
    found[`stats ${id}`] = { kind, itself, ...program };
  }
  return found;
}
