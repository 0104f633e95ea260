import { closeSync, openSync, readlinkSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openSharedFile, readShared, writeShared } from "../../src/parallel/childProtocol";

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
