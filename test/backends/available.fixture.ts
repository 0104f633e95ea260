import { spawnSync } from "node:child_process";
import { join } from "node:path";

const PROGRAM = `
const { backends } = require(${JSON.stringify(join(__dirname, "../../src/backends/registry.js"))});
Promise.all(backends().map(async ({ id, unavailable }) => [id, await unavailable()])).then((all) =>
  process.stdout.write(JSON.stringify(Object.fromEntries(all))));
`;

/** Why each backend of the registry cannot run here, or null: asked of the backends themselves, before tests are named. */
const REASONS = JSON.parse(
  spawnSync(process.execPath, ["-e", PROGRAM], { encoding: "utf8" }).stdout,
) as Readonly<Record<string, string | null>>;

/** For `testUnless`: undefined where the backend can run. */
export function backendMissing(id: string): string | undefined {
  return REASONS[id] === null ? undefined : `backend ${id} cannot run`;
}
