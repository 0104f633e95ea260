// What every bad input has to meet, and the small files that the tables of them are made of.
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { PilaError } from "../../src/core/errors";
import { main } from "../../src/main";
import { type Ended, runPila } from "../commands/cli.fixture";
import { testUnless } from "../testUnless";

/** An input, the command it is given to, and how that has to end. */
export interface BadInput {
  readonly name: string;
  /** Writes the input into an empty folder. */
  make(folder: string): void;
  /** The words after `pila`; `{}` stands for the folder. */
  readonly words: string;
  readonly error: PilaError["name"];
  /** What the message says, of which file; `{}` is the folder. */
  readonly says: RegExp;
  /** The command shows what it found all the same, as inspect does. */
  readonly prints?: true;
  /** What this machine lacks to make it; undefined: nothing. */
  readonly missing?: string | undefined;
}

/** A message says what was found, what was expected and what to do; of wrong words the expectation is what to do. */
const SENTENCE = {
  usage: /found .*expected |^pila: UsageError: .*--help/s,
  data: /found .*, expected .*; \S/s,
};
/** One of so many inputs is given to the command in a process of its own too. */
const EVERY = 120;
/** An error is told in less than this: seconds of a processor, which others that run here do not lengthen; and on a clock. */
const LIMIT_SECONDS = { processor: 2, clock: 30 };

/**
 * A test a bad input: the command ends with the code of cli.md, says class, file, found, expected and next step on
 * stderr without a stack, prints no result, leaves every file as it was, and takes less than two seconds.
 */
export function testBadInputs(inputs: readonly BadInput[]): void {
  for (const input of inputs) {
    testUnless(input.missing)(input.name, async () => {
      const folder = mkdtempSync(join(tmpdir(), "pila-bad-"));
      try {
        input.make(folder);
        await assertRefused(folder, input);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
  test("the command as it is installed says the same of a sample of them", async () => {
    for (const { make, words } of inputs.filter((_, i) => i % EVERY === 0)) {
      const folder = mkdtempSync(join(tmpdir(), "pila-bad-"));
      try {
        make(folder);
        const split = wordsIn(words, folder);
        const ended = runPila(split);
        const { code, stdout, stderr } = await runHere(split);
        assert.equal([ended.code, ended.stdout, ended.stderr], [code, stdout, stderr]);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  });
  test("no two of these inputs are of one name", () => {
    assert.is(new Set(inputs.map(({ name }) => name)).size, inputs.length);
  });
}

function wordsIn(words: string, folder: string): readonly string[] {
  return words.split(" ").map((word) => word.replaceAll("{}", folder));
}

async function assertRefused(folder: string, { words, error, says, prints }: BadInput): Promise<void> {
  const before = listFiles(folder);
  const began = performance.now();
  const used = process.cpuUsage();
  const { code, stdout, stderr } = await runHere(wordsIn(words, folder));
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(used);
  const said = stderr.replaceAll(folder, "{}");
  const last = said.slice(said.lastIndexOf("\npila: ") + 1).trimEnd();
  const isUsage = error === "UsageError";
  assert.is(code, isUsage ? 2 : 1, `exit code ${code}: ${said}`);
  assert.ok(last.startsWith(`pila: ${error}: `), `expected ${error}: ${said}`);
  assert.match(last, SENTENCE[isUsage ? "usage" : "data"]);
  assert.match(last, says);
  assert.not.match(said, /\n\s+at |node:internal|Warning: /);
  if (prints !== true) assert.is(stdout, "");
  assert.equal(listFiles(folder), before, "files were written");
  assert.ok(user + system < 1e6 * LIMIT_SECONDS.processor, `took ${user + system} microseconds`);
  assert.ok(seconds < LIMIT_SECONDS.clock, `took ${seconds} s`);
}

/** Runs a command in this process, which is what `pila` does but for its exit. */
export async function runHere(words: readonly string[]): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const kept = { stdout: process.stdout.write, stderr: process.stderr.write };
  const listeners = new Map(SIGNALS.map((signal) => [signal, new Set(process.listeners(signal))]));
  for (const stream of ["stdout", "stderr"] as const) {
    process[stream].write = ((text: string, done?: () => void) => {
      said[stream] += text;
      done?.();
      return true;
    }) as typeof process.stdout.write;
  }
  try {
    return { code: await main(words), ...said };
  } finally {
    process.stdout.write = kept.stdout;
    process.stderr.write = kept.stderr;
    for (const [signal, before] of listeners) {
      for (const each of process.listeners(signal))
        if (!before.has(each)) process.removeListener(signal, each);
    }
  }
}

const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/** Every file and link with its size and time. */
function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .flatMap((name) => {
      const stats = lstatSync(join(folder, name));
      return stats.isDirectory() ? [] : [`${name} ${stats.size} ${stats.mtimeMs}`];
    });
}

/** Writes a file and the folders above it. */
export function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
