import { UsageError } from "../core/errors";
import type { Backend } from "./backend";
import { mp } from "./mp";
import { mpi } from "./mpi";
import { mpMem } from "./mpMem";
import { mpV2 } from "./mpV2";
import { sec, threads } from "./rows";

/** Every backend, in the order of tables and charts. A new one is a line here. */
export const BACKENDS = [sec, mp, mpV2, mpMem, mpi, threads] as const satisfies readonly Backend[];

/**
 * The backend of an id.
 * @param id such as `sec` or `mp_v2`
 * @returns its entry: `run`, and `unavailable`, which tells why it cannot run here
 * @throws UsageError there is no such backend; the message names those there are
 */
export function findBackend(id: string): Backend {
  const found = BACKENDS.find((backend) => backend.id === id);
  if (found === undefined) {
    throw new UsageError(
      `found backend ${id}, expected one of ${BACKENDS.map((backend) => backend.id).join(", ")}`,
    );
  }
  return found;
}
