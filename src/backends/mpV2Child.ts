import { serveChild } from "../parallel/childEntry";
import { BlockStates } from "../pipeline/states";
import type { MpV2Task } from "./mpV2";

// A child of mp_v2: reduces its list of dates block by block and sends the partial states.
serveChild<MpV2Task>((channel) => {
  const { blocks, dates } = channel.next()!;
  const states = new BlockStates(blocks, channel.meter);
  for (let block = 0; block < blocks.count; block++) channel.send(block, states.compute(block, dates));
  states.close();
});
