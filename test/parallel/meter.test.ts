import { test } from "uvu";
import * as assert from "uvu/assert";
import { Meter } from "../../src/parallel/meter";
import { BlockQueue, takeBlocks } from "../../src/pipeline/team";

function spinMilliseconds(length: number): void {
  for (const start = performance.now(); performance.now() - start < length; );
}

test("a span begun at since() begins where the last one ended, however that was told", () => {
  const meter = new Meter(0, true);
  const start = meter.start();
  spinMilliseconds(3);
  const ended = meter.end("read", "a", start);
  spinMilliseconds(3);
  assert.is(meter.since(), ended);
  meter.end("compute", "b", meter.since());
  meter.between("wait", "c", ended + 10, ended + 20);
  assert.is(meter.since(), ended + 20);
  assert.is(new Meter(0, false).since(), 0);
});

test("the first span of a meter that knows when its program began leaves nothing before it", () => {
  const meter = new Meter(0, true, 5);
  const loaded = meter.since();
  meter.end("read", "a", loaded);
  const [coming, first] = meter.spans;
  assert.equal([coming!.phase, coming!.startSeconds], ["init", 5]);
  assert.is(coming!.endSeconds, first!.startSeconds);
});

test("giving way to the event loop between blocks is told as waiting, and the blocks as no part of it", async () => {
  const meter = new Meter(0, true);
  await takeBlocks(
    new BlockQueue(2),
    () => {
      const start = meter.since();
      spinMilliseconds(50);
      meter.end("compute", "block", start);
    },
    meter,
    undefined,
    () => spinMilliseconds(5),
  );
  assert.equal(
    meter.spans.map(({ phase }) => phase),
    ["compute", "wait", "compute", "wait"],
  );
  for (const [index, span] of meter.spans.entries()) {
    if (index > 0) assert.is(span.startSeconds, meter.spans[index - 1]!.endSeconds);
    const seconds = span.endSeconds - span.startSeconds;
    assert.ok(span.phase === "wait" ? seconds >= 0.005 && seconds < 0.05 : seconds >= 0.05);
  }
});

test.run();
