import type { RunRecord } from "../core/records";
import type { ConfigurationKind } from "./configurationTypes";

export function kindOf(backend: string): ConfigurationKind {
  if (backend === "prep") return "prepare";
  return backend === "fused" || backend === "peer" ? backend : "statistics";
}

/** What the numbers of workers of one program have in common. */
export function programOf({ backend, program, label }: RunRecord): string {
  return backend === "peer" ? (program ?? label) : backend;
}

/** Does the work of `sec`, so that its time may be held against it. */
export function isComparable(kind: ConfigurationKind): boolean {
  return kind === "statistics" || kind === "peer";
}
