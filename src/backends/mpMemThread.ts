import { serveThread } from "../parallel/threadEntry";
import { drainRing, type RingTask } from "../pipeline/rowRing";

// A thread of mp_mem: takes filled slots of the ring, computes, and writes the rows of the products.
serveThread<RingTask>(drainRing);
