import { serveThread } from "../parallel/threadEntry";
import { BlockQueue } from "./blockQueue";
import { startRowWork } from "./rowWork";
import type { SharedRowTask } from "./runRowTask";

serveThread<SharedRowTask>(({ work, blocks, counter }, meter) => {
  const queue = new BlockQueue(blocks, counter);
  const rowWork = startRowWork(work, meter);
  try {
    for (let block = queue.next(); block !== undefined; block = queue.next()) rowWork.do(block);
  } finally {
    rowWork.close();
  }
});
