import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ChildPool } from "../../src/parallel/children";
import { Meter } from "../../src/parallel/meter";

export interface CountingTask {
  readonly payloads: number;
  readonly bytes: number;
}

const BYTES = 3000;

function startPool(count: number, meter: Meter): ChildPool<CountingTask> {
  return new ChildPool<CountingTask>(join(__dirname, "countingChild.fixture.js"), count, meter);
}

test("every payload arrives whole and in order, though the parent takes them late and slots are used again", async () => {
  const meter = new Meter(0, false);
  const pool = startPool(3, meter);
  const before = readdirSync("/dev/shm").filter((name) => name.startsWith(".pila-"));
  assert.equal(before, []);
  pool.layOut(BYTES);
  for (let child = 0; child < pool.size; child++) {
    pool.send(child, { payloads: 40 + child, bytes: BYTES });
    pool.send(child, { payloads: 7, bytes: BYTES });
    pool.finish(child);
  }
  const waiting = [0, 0, 0];
  const taken = [0, 0, 0];
  const take = (child: number): void => {
    const number = taken[child]!;
    const inTask = number < 40 + child ? number : number - 40 - child;
    const room = new Uint8Array(BYTES - (inTask % 3));
    pool.take(child, room);
    assert.ok(
      room.every((value) => value === number % 251),
      `child ${child}, payload ${number}`,
    );
    waiting[child]! -= 1;
    taken[child]! += 1;
  };
  await pool.collect((child, item) => {
    assert.is(item, taken[child]! + waiting[child]!);
    waiting[child]! += 1;
    // Two stay behind as long as possible.
    if (waiting[child]! > 2) take(child);
    if (item === 46 + child) while (waiting[child]! > 0) take(child);
  });
  assert.equal(taken, [47, 48, 49]);
  assert.ok(meter.ipcBytes > (47 + 48 + 49) * (BYTES - 2));
});

test("what a child throws is thrown, a child that dies is named, and no process stays", async () => {
  for (const [payloads, expected] of [
    [-1, /ShapeError: found fewer than none/],
    [2e6, /WorkerError: found child 2 ended by SIGKILL/],
  ] as const) {
    const pool = startPool(2, new Meter(0, false));
    pool.layOut(BYTES);
    pool.send(1, { payloads, bytes: BYTES });
    let message = "";
    try {
      await pool.collect(() => {});
    } catch (error) {
      message = String(error);
    }
    assert.match(message, expected);
  }
});

test("a child that ended before anyone listened is named", async () => {
  const pool = startPool(2, new Meter(0, false));
  pool.layOut(BYTES);
  pool.send(1, { payloads: 2e6, bytes: BYTES });
  await delay(500);
  let message = "";
  try {
    await pool.collect(() => {}, AbortSignal.timeout(5000));
  } catch (error) {
    message = String(error);
  }
  assert.match(message, /WorkerError: found child 2 ended by SIGKILL/);
});

test("room of another size than the payload is an error", async () => {
  const pool = startPool(1, new Meter(0, false));
  pool.layOut(BYTES);
  pool.send(0, { payloads: 1, bytes: BYTES });
  let message = "";
  try {
    await pool.collect((child) => pool.take(child, new Uint8Array(7)));
  } catch (error) {
    message = String(error);
  }
  assert.match(message, /found a payload of 3000 bytes, expected 7/);
});

test.run();
