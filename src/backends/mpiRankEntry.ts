import { MPI_JOB_VARIABLE, type MpiJob } from "./mpi";
import { runRank } from "./mpiRank";

// A rank that `pila stats mpi` launched itself: rank 0 prints its result for the launcher.
void runRank(JSON.parse(process.env[MPI_JOB_VARIABLE]!) as MpiJob, (result) => {
  process.stdout.write(`${JSON.stringify(result)}\n`);
});
