import { UsageError, VerifyError } from "../core/errors";
import { type Comparison, verifyPlanes } from "../pipeline/verify";
import { type Command, SHARED_OPTIONS } from "./command";

export const command: Command = {
  positionals: ["MEAN_A", "MEAN_B", "[STD_A]", "[STD_B]"],
  options: {
    rtol: { value: "R", help: "allowed |a - b| / |b| (default 0: equal)" },
    ...SHARED_OPTIONS.json,
  },
  examples: ["mean_a.tif mean_b.tif --rtol 1e-5"],

  async run(args, context) {
    const [meanA, meanB, stdA, stdB] = args.positionals as [string, string, string?, string?];
    if (stdA !== undefined && stdB === undefined)
      throw new UsageError("found STD_A alone, expected STD_A and STD_B");
    const tolerance = args.text("rtol") ?? "0";
    const rtol = /^[\d.]+(e-?\d+)?$/i.test(tolerance) ? Number(tolerance) : Number.NaN;
    if (!(rtol >= 0 && rtol < 1))
      throw new UsageError(`found --rtol ${tolerance}, expected a number from 0 to below 1`);
    const comparisons = [await verifyPlanes(meanA, meanB, rtol)];
    if (stdA !== undefined && stdB !== undefined) comparisons.push(await verifyPlanes(stdA, stdB, rtol));

    const equal = comparisons.every((comparison) => comparison.differing === 0);
    if (args.flag("json")) {
      context.print(JSON.stringify({ command: "verify", equal, rtol, comparisons }));
    } else {
      for (const comparison of comparisons) context.print(describe(comparison));
    }
    const wrong = comparisons.find((comparison) => comparison.differing > 0);
    if (wrong !== undefined) {
      throw new VerifyError(
        `${wrong.a}: found ${wrong.differing} of ${wrong.pixels} pixels that differ, expected those of ${wrong.b}; see which backend or parameters made them`,
        { path: wrong.a },
      );
    }
  },
};

function describe({ a, b, maxAbsolute, maxRelative, differing, first, pixels }: Comparison): string {
  const place =
    first === null
      ? "no pixel differs"
      : `${differing} of ${pixels} pixels differ, first at azimuth ${first.azimuth}, range ${first.range}: ${first.a} and ${first.b}`;
  return `${a} and ${b}: max|Δ| ${maxAbsolute}, relative ${maxRelative}; ${place}`;
}
