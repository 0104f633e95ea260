// Started as two ranks by launch.slow.test.ts: rank 1 cuts messages at 1000 bytes, rank 0 looks at the pieces as they come.
import { existsSync, readdirSync } from "node:fs";
import { joinMpi } from "../../../src/parallel/mpi/world";

const PIECE_TAG = 1;
const world = joinMpi(
  Number(process.env.OMPI_COMM_WORLD_RANK ?? process.env.PMI_RANK) === 1 ? { chunkBytes: 1000 } : {},
);
if (world.rank === 1) {
  for (const length of [0, 999, 1000, 2500]) world.send(new Uint8Array(length), 0, PIECE_TAG);
} else {
  const pieces = Array.from({ length: 7 }, () => world.receive(new Uint8Array(5000), 1, PIECE_TAG));
  const folder = process.env.OMPI_MCA_btl_vader_backing_directory;
  const segments = folder !== undefined && existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  process.stdout.write(JSON.stringify({ pieces, segments, noColor: process.env.NO_COLOR ?? null }));
}
world.barrier();
world.finalize();
