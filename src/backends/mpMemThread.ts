import { serveThread } from "../parallel/threads";
import { drainRing, type RingTask } from "../pipeline/ring";

// A thread of mp_mem: takes filled slots of the ring, computes, and writes the rows of the products.
serveThread<RingTask>(drainRing);
