import { closeSync, openSync, readlinkSync } from "node:fs";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  FRAME,
  type Frame,
  type FrameKind,
  FrameParser,
  frameHeader,
  openSharedFile,
  readShared,
  writeShared,
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

function folderOf(file: number): string {
  return readlinkSync(`/proc/self/fd/${file}`).replace(/\/[^/]*$/, "");
}

test("bytes come back from a file in memory, and from the temporary folder where memory has no room for it", () => {
  for (const [bytes, inMemory] of [
    [1000, true],
    [2 ** 60, false],
  ] as const) {
    const file = openSharedFile(bytes);
    assert.is(folderOf(file) === "/dev/shm", inMemory);
    const sent = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
    writeShared(file, sent, 77);
    const got = new Uint8Array(1000);
    readShared(file, got, 77);
    assert.ok(got.every((value, i) => value === sent[i]));
    closeSync(file);
  }
});

test("a full file system is named with what to do", () => {
  const file = openSync("/dev/full", "w");
  assert.throws(
    () => writeShared(file, new Uint8Array(10), 0),
    (error: Error) =>
      error.name === "WorkerError" &&
      /found no room for 10 bytes .*ENOSPC.*take fewer workers/.test(error.message),
  );
  closeSync(file);
});

test.run();
