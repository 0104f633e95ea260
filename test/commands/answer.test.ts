import { test } from "uvu";
import * as assert from "uvu/assert";
import { terminalAnswer } from "../../src/commands/answer";
import { withFolder, writeSession } from "../records/records.fixture";
import { QUIET, synthesise, timed, timedTwins } from "../records/session.fixture";

test("a finished session is answered by its medians in order, verdicts and the headline", () =>
  withFolder((folder) => {
    const others = [timed("mp2", "mp", 2, 4), timed("mp2_v2", "mp_v2", 2, 1)];
    writeSession(folder, synthesise([...timedTwins(2), ...others], { seed: 3, blocks: 8, scatter: QUIET }));
    const lines = terminalAnswer(folder);
    const table = lines.slice(lines.findIndex((line) => line.includes("Configuration")));
    const cells = table.slice(1, 4).map((line) => line.trim().split(/ {2,}/));
    assert.equal(
      cells.map(([label, , , verdict]) => [label, verdict]),
      [
        ["mp2_v2", "faster"],
        ["sec", "reference"],
        ["mp2", "slower"],
      ],
    );
    cells.forEach(([label, seconds, ratio], i) => {
      const expected = [1, 2, 4][i]!;
      assert.ok(Math.abs(Number(seconds) / expected - 1) < 0.1, label);
      assert.ok(Math.abs(Number(ratio) / (expected / 2) - 1) < 0.1, label);
    });
    assert.match(lines.join("\n"), /mp_v2 with 2 processes is the fastest: it takes (half|\d\d%)/);
    assert.ok(lines.every((line) => line.length <= 80));
  }));

test.run();
