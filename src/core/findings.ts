/** Something that is worth knowing of inputs or results. Plain data: it crosses thread and process borders, and is JSON. */
export interface Finding {
  /** error: the work cannot be done; warning: it touches the numbers; note: it does not. */
  readonly severity: "error" | "warning" | "note";
  /** What it is about, in one word for programs, such as `surplus`. */
  readonly kind: string;
  /** The dates it is about, in order. */
  readonly dates: readonly string[];
  readonly path: string;
  readonly found: string;
  /** null: nothing else than was found. */
  readonly expected: string | null;
  /** What follows for the results. */
  readonly effect: string;
  readonly nextStep: string;
}

/** `FILE: found …, expected …; effect; next step`. */
export function wordFinding({ path, found, expected, effect, nextStep }: Finding): string {
  const wish = expected === null ? "" : `, expected ${expected}`;
  return `${path}: found ${found}${wish}; ${effect}; ${nextStep}`;
}

/** Findings of one kind and wording that differ only in their file and dates, as one; in order of the first of each. */
export function mergeFindings(findings: readonly Finding[]): readonly Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const { severity, kind, found, expected, effect } = finding;
    const key = JSON.stringify([severity, kind, found, expected, effect]);
    const first = merged.get(key);
    const dates = [...new Set([...(first?.dates ?? []), ...finding.dates])].sort();
    merged.set(key, { ...(first ?? finding), dates });
  }
  return [...merged.values()];
}
