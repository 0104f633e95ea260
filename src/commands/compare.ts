import { compareSessions } from "../evidence/compareSessions";
import { defaultOptions } from "../evidence/summary";
import { readSession } from "../records/runFolder";
import { describeComparison } from "../report/comparison";
import { type Command, SHARED_OPTIONS } from "./command";

export const command: Command = {
  positionals: ["RUN_A", "RUN_B"],
  options: { ...SHARED_OPTIONS.json },
  notes: "Ratios are seconds of B over seconds of A. Verdicts are refused across machines.",
  examples: ["reports/runs/before reports/runs/after"],

  async run(args, context) {
    const [a, b] = args.positionals as [string, string];
    const [before, after] = [readSession(a), readSession(b)];
    for (const note of [...before.notes, ...after.notes]) context.tell(`pila: ${note}`);
    const comparison = compareSessions(before, after, defaultOptions(before));
    if (args.flag("json")) context.print(JSON.stringify({ command: "compare", a, b, ...comparison }));
    else for (const line of describeComparison(comparison)) context.print(line);
  },
};
