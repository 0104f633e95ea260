import type { Configuration } from "../../evidence/summary";

/** How a backend looks in every chart: colour for those who see it, mark and dash for all others. */
interface BackendStyle {
  /** Okabe-Ito. */
  readonly color: string;
  readonly symbol: "circle" | "square" | "triangle" | "diamond" | "star" | "wye" | "cross";
  readonly dash: string;
}

const STYLES: Readonly<Record<string, BackendStyle>> = {
  sec: { color: "#000000", symbol: "circle", dash: "none" },
  mp: { color: "#d55e00", symbol: "square", dash: "6 3" },
  mp_v2: { color: "#0072b2", symbol: "triangle", dash: "none" },
  mp_mem: { color: "#009e73", symbol: "diamond", dash: "2 2" },
  mpi: { color: "#cc79a7", symbol: "star", dash: "8 3 2 3" },
  threads: { color: "#e69f00", symbol: "wye", dash: "none" },
  fused: { color: "#56b4e9", symbol: "cross", dash: "none" },
  prep: { color: "#999999", symbol: "cross", dash: "4 2" },
};
const OTHER: BackendStyle = { color: "#999999", symbol: "cross", dash: "3 3" };
const ORDER = Object.keys(STYLES);

/** Whether a name is one of pila's own. */
export function isOwnBackend(name: string): boolean {
  return Object.hasOwn(STYLES, name);
}

export function styleOf(backend: string): BackendStyle {
  return STYLES[backend] ?? OTHER;
}

/** `sec`, then the backends as the study names them, then everything else; by workers within a backend. */
export function sortByBackend<T extends Pick<Configuration, "backend" | "workers" | "label">>(
  items: readonly T[],
): readonly T[] {
  const rank = (item: T): number =>
    ORDER.includes(item.backend) ? ORDER.indexOf(item.backend) : ORDER.length;
  const stem = (item: T): string => item.label.replace(/\d+/, "");
  return [...items].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      stem(a).localeCompare(stem(b), "en") ||
      a.workers - b.workers ||
      a.label.localeCompare(b.label, "en"),
  );
}

/** Configurations that do the work of `sec` and were timed. */
export function comparable(configurations: readonly Configuration[]): readonly Configuration[] {
  const timed = configurations.filter((one) => one.seconds !== null);
  return sortByBackend(timed.filter((one) => one.kind === "statistics" || one.kind === "peer"));
}

/**
 * One configuration a backend: of those that pass, the one of most workers within the cores; where that is a single
 * worker and more were run, the smallest number above.
 */
export function pickRepresentatives(
  configurations: readonly Configuration[],
  passes: (one: Configuration) => boolean,
): readonly Configuration[] {
  const chosen = new Map<string, Configuration>();
  for (const one of comparable(configurations).filter(passes)) {
    const best = chosen.get(one.program);
    if (best === undefined || !one.oversubscribed || best.workers === 1) chosen.set(one.program, one);
  }
  return [...chosen.values()];
}
