// Required by ranks.slow.test.ts before each process: one that is a rank writes two lines once it has joined.
import { existsSync } from "node:fs";

if (
  (process.env.OMPI_COMM_WORLD_RANK ?? process.env.PMI_RANK) !== undefined &&
  existsSync(process.argv[1]!)
) {
  process.once("exit", () => process.stderr.write("first line\nsecond line\n"));
}
