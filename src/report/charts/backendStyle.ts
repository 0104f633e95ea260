import { type Style, styles } from "../../backends/registry";
import type { Configuration } from "../../evidence/summary";

const STYLES = styles();
const OTHER: Style = { color: "#999999", symbol: "cross", dash: "3 3" };
const ORDER = Object.keys(STYLES);

/** Whether a name is one of pila's own. */
export function isOwnBackend(name: string): boolean {
  return Object.hasOwn(STYLES, name);
}

export function styleOf(backend: string): Style {
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
