/**
 * One BLAS and OpenMP thread each: a numerical library that starts threads of its own beside the workers would
 * measure itself.
 */
export const CHILD_SETTINGS: Readonly<Record<string, string>> = {
  OMP_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  NUMEXPR_NUM_THREADS: "1",
  NO_COLOR: "1",
};

/**
 * Certificates named here cost every Node process tens of milliseconds to read; the others change what is measured
 * or say that this very process is a rank.
 */
const DROPPED = /^(NODE_EXTRA_CA_CERTS|NODE_OPTIONS|NODE_V8_COVERAGE|OMPI_COMM_|PMIX_|PMI_)/;

/** The environment of every measured process: this one's, less what is dropped, plus the settings above. */
export function childEnvironment(own: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept = Object.entries(own).filter(([name, value]) => value !== undefined && !DROPPED.test(name));
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...CHILD_SETTINGS };
}
