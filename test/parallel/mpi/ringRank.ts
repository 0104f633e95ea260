// Started as ranks by launch.slow.test.ts: node ringRank.js SEED BYTES CHUNK_BYTES
import { joinMpi } from "../../../src/parallel/mpi/world";

const [seed, length, chunkBytes] = process.argv.slice(2).map(Number) as [number, number, number];
const world = joinMpi({ chunkBytes });
const { rank, size } = world;
const next = (rank + 1) % size;
const previous = (rank + size - 1) % size;

let travelling = Uint8Array.from({ length }, (_, i) => seed + 31 * rank + 7 * i);
const sum = Uint8Array.from(travelling);
for (let step = 1; step < size; step++) {
  const arrived = new Uint8Array(length);
  if (rank % 2 === 0) world.send(travelling, next, step);
  const count = world.receive(arrived, previous, step);
  if (rank % 2 === 1) world.send(travelling, next, step);
  if (count !== length) throw new Error(`step ${step}: ${count} bytes`);
  for (let i = 0; i < length; i++) sum[i] = sum[i]! + arrived[i]!;
  travelling = arrived;
}
world.barrier();

if (rank === 0) {
  const sums = [Buffer.from(sum).toString("base64")];
  for (let source = 1; source < size; source++) {
    const other = Buffer.alloc(length);
    world.receive(other, source, 0);
    sums.push(other.toString("base64"));
  }
  process.stdout.write(JSON.stringify({ library: world.library, sums }));
} else {
  world.send(sum, 0, 0);
}
world.finalize();
