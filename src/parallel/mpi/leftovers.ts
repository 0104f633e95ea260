import { setTimeout as sleep } from "node:timers/promises";
import { endProcesses } from "../endProcesses";
import { markedProcesses } from "../processTree";

/** Time ranks get to notice that their launcher is gone; Open MPI's need 1.1 s. */
const PATIENCE_MILLISECONDS = 2000;
/** Looks in a row that must find nothing: a process between fork and exec shows no environment for a moment. */
const QUIET_LOOKS = 3;
const LOOK_AGAIN_MILLISECONDS = 50;

/**
 * Ends the ranks of a job, also those that come up meanwhile and those whose launcher was killed; returns when none is
 * left.
 * @param mark `NAME=value`, in the environment of every rank
 */
export async function endLeftovers(mark: string): Promise<void> {
  const find = () => markedProcesses(mark);
  for (let quiet = 0; quiet < QUIET_LOOKS; ) {
    quiet = find().length === 0 ? quiet + 1 : 0;
    await endProcesses(find, PATIENCE_MILLISECONDS);
    await sleep(LOOK_AGAIN_MILLISECONDS);
  }
}
