import { setTimeout as sleep } from "node:timers/promises";
import { type ProcessEntry, signalProcesses } from "./processTree";

const POLL_MILLISECONDS = 20;
const KILL_MILLISECONDS = 5;
/** A process that waits for a disk cannot be killed before it answers; the caller must not wait for ever with it. */
const KILL_TRIES = 500;

/**
 * Waits a while for processes to end by themselves, then kills those that are left.
 * @param find looks for them anew each time, so that those that come up meanwhile are ended too
 * @returns how many had to be killed
 */
export async function endProcesses(
  find: () => readonly ProcessEntry[],
  patienceMilliseconds: number,
): Promise<number> {
  let rest = find();
  for (let waited = 0; rest.length > 0 && waited < patienceMilliseconds; waited += POLL_MILLISECONDS) {
    await sleep(POLL_MILLISECONDS);
    rest = find();
  }
  const killed = rest.length;
  for (let tries = 0; rest.length > 0 && tries < KILL_TRIES; tries++) {
    signalProcesses(rest, "SIGKILL");
    await sleep(KILL_MILLISECONDS);
    rest = find();
  }
  return killed;
}
