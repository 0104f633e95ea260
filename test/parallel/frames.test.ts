import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  FRAME,
  type Frame,
  type FrameKind,
  FrameParser,
  frameHeader,
} from "../../src/parallel/childProtocol";

test("frames cut into pieces of any size come out as they went in", () => {
  const frame = fc.record({
    kind: fc.constantFrom<FrameKind>(FRAME.data, FRAME.report, FRAME.error),
    item: fc.integer({ min: 0, max: 1e9 }),
    text: fc.string({ maxLength: 200 }),
  });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 9 }), fc.array(fc.nat(90), { minLength: 1 }), (frames, cuts) => {
      const sent = frames.map(({ kind, item, text }): Frame => {
        const length = Buffer.byteLength(text);
        return { kind, item, length, text: kind === FRAME.data ? "" : text };
      });
      const bytes = Buffer.concat(
        sent.flatMap(({ kind, item, length, text }) => [frameHeader(kind, item, length), Buffer.from(text)]),
      );
      const found: Frame[] = [];
      const parser = new FrameParser((each) => found.push(each));
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const next = at + 1 + cuts[i % cuts.length]!;
        parser.push(bytes.subarray(at, next));
        at = next;
      }
      assert.equal(found, sent);
      assert.ok(parser.isBetweenFrames);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("lengths beyond 4 GiB survive the header", () => {
  const found: number[] = [];
  new FrameParser(({ length }) => found.push(length)).push(frameHeader(FRAME.data, 0, 5e9));
  assert.equal(found, [5e9]);
});

test("a stream that ends inside a frame is seen", () => {
  const parser = new FrameParser(() => {});
  parser.push(frameHeader(FRAME.report, 0, 4));
  parser.push(Uint8Array.of(1, 2, 3));
  assert.not.ok(parser.isBetweenFrames);
});

test.run();
