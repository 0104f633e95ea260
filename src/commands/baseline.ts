import { BackendError } from "../core/errors";
import { compareSessions, findRegressions } from "../evidence/compareSessions";
import { readSession } from "../records/runFolder";

/** Seed and draws of the intervals. */
const OPTIONS = { seed: 1, draws: 2000 };

/**
 * Fails when a configuration of `run` is slower than in `baseline` by more than a margin, its interval above it.
 * @param margin 0.1 allows 10 %
 * @throws BackendError naming what became slower, or that the two sessions are of different machines
 */
export function requireNotSlower(baseline: string, run: string, margin: number): void {
  const comparison = compareSessions(readSession(baseline), readSession(run), OPTIONS);
  if (comparison.refused !== null) {
    throw new BackendError(
      `${baseline}: found a run folder of another machine or of none that is known, expected one of this machine; measure a baseline here`,
    );
  }
  const slower = findRegressions(comparison, margin).map(
    ({ label, ratio }) =>
      `${label} ${ratio.value.toFixed(3)} times [${ratio.interval!.low.toFixed(3)}; ${ratio.interval!.high.toFixed(3)}]`,
  );
  if (slower.length === 0) return;
  throw new BackendError(
    `${run}: found ${slower.join(", ")} the time of ${baseline}, expected at most ${(1 + margin).toFixed(2)} times; see pila compare ${baseline} ${run}`,
  );
}
