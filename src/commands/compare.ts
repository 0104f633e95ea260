import { type Arguments, type Command, type Context, SHARED_OPTIONS } from "./command";

export const command: Command = {
  summary:
    "two run folders side by side: what differs in their environment, and which configurations changed",
  positionals: ["RUN_A", "RUN_B"],
  options: { ...SHARED_OPTIONS.json },
  notes: "Ratios are seconds of B over seconds of A. Verdicts are refused across machines.",
  run,
};

async function run(args: Arguments, context: Context): Promise<void> {
  const [a, b] = args.positionals as [string, string];
  const { readSession } = require("../records/runFolder") as typeof import("../records/runFolder");
  const { compareSessions } =
    require("../evidence/compareSessions") as typeof import("../evidence/compareSessions");
  const { defaultOptions } = require("../evidence/summary") as typeof import("../evidence/summary");
  const [before, after] = [readSession(a), readSession(b)];
  for (const note of [...before.notes, ...after.notes]) context.tell(`pila: ${note}`);
  const comparison = compareSessions(before, after, defaultOptions(before));
  if (args.flag("json")) {
    context.print(JSON.stringify({ command: "compare", a, b, ...comparison }));
    return;
  }
  const { describeComparison } = require("../report/comparison") as typeof import("../report/comparison");
  for (const line of describeComparison(comparison)) context.print(line);
}
