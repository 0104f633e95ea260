import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FRAME, type FrameKind, FrameParser, frameHeader } from "../../src/parallel/frames";

test("frames cut into pieces of any size come out as they went in", () => {
  const frame = fc.record({
    kind: fc.constantFrom<FrameKind>(FRAME.data, FRAME.report, FRAME.error),
    item: fc.integer({ min: 0, max: 1e9 }),
    payload: fc.uint8Array({ maxLength: 200 }),
  });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 9 }), fc.array(fc.nat(90), { minLength: 1 }), (frames, cuts) => {
      const bytes = Buffer.concat(
        frames.flatMap(({ kind, item, payload }) => [frameHeader(kind, item, payload.length), payload]),
      );
      const found: [FrameKind, number, string][] = [];
      const parser = new FrameParser(
        (_item, length) => new Uint8Array(length),
        (kind, item, payload) => found.push([kind, item, Buffer.from(payload).toString("hex")]),
      );
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const next = at + 1 + cuts[i % cuts.length]!;
        parser.push(bytes.subarray(at, next));
        at = next;
      }
      assert.equal(
        found,
        frames.map(({ kind, item, payload }) => [kind, item, Buffer.from(payload).toString("hex")]),
      );
      assert.ok(parser.isBetweenFrames);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("lengths beyond 4 GiB survive the header, and room of another size is an error", () => {
  assert.is(frameHeader(FRAME.data, 0, 5e9).readDoubleLE(16), 5e9);
  const parser = new FrameParser(
    () => new Uint8Array(3),
    () => {},
  );
  assert.throws(() => parser.push(frameHeader(FRAME.data, 0, 4)), /found room for 3 bytes, expected 4/);
});

test("a stream that ends inside a frame is seen", () => {
  const parser = new FrameParser(
    (_item, length) => new Uint8Array(length),
    () => {},
  );
  parser.push(frameHeader(FRAME.data, 0, 4));
  parser.push(Uint8Array.of(1, 2, 3));
  assert.not.ok(parser.isBetweenFrames);
});

test.run();
