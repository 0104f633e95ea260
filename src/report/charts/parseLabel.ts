import { isOwnBackend } from "./backendStyle";

/** What a label of resultados.csv says. */
interface ParsedLabel {
  readonly backend: string;
  /** null where the label does not tell. */
  readonly workers: number | null;
}

/**
 * `mp4_v2` is mp_v2 at 4 workers, `threads2` threads at 2, `sec` sec at 1; any other label is a backend of its own and
 * keeps its name.
 */
export function parseLabel(label: string): ParsedLabel {
  if (label === "sec") return { backend: "sec", workers: 1 };
  const match = /^([a-z]+)(\d+)(_[a-z]\w*)?$/i.exec(label);
  const backend = match === null ? label : `${match[1]}${match[3] ?? ""}`;
  return match !== null && isOwnBackend(backend)
    ? { backend, workers: Number(match[2]) }
    : { backend: label, workers: null };
}
