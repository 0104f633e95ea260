import { serveThread } from "../parallel/threads";
import { BlockQueue, type SharedRowTask, startRowWork } from "./team";

serveThread<SharedRowTask>(({ work, blocks, counter }, meter) => {
  const queue = new BlockQueue(blocks, counter);
  const rowWork = startRowWork(work, meter);
  try {
    for (let block = queue.next(); block !== undefined; block = queue.next()) rowWork.do(block);
  } finally {
    rowWork.close();
  }
});
