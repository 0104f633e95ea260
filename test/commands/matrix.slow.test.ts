import { test } from "uvu";
import { BACKEND_IDS } from "../../src/backends/registry";
import { withFolder } from "../io/slcFile.fixture";
import { hitBench, hitCommand, makeCases } from "./matrix.fixture";

// A handful of the moments of matrix.long.ts.
test("commands that are killed leave old files or new ones, their exit code, and nothing running", () =>
  withFolder(async (folder) => {
    const cases = makeCases(folder);
    const few = cases.filter(
      ({ name, missing }) => missing === undefined && name !== `stats ${BACKEND_IDS[0]}`,
    );
    for (const [i, one] of few.entries()) await hitCommand(one, one.hasChildren ? 3 : 1, 100 + i);
    await hitBench(folder, 1, 7);
  }));

test.run();
