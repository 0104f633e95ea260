import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Shape } from "../../src/core/raster";
import { productHeader } from "../../src/io/products";
import { writeSparseSlc } from "../io/slcFile.fixture";

/** The compiled command line. */
export const CLI = join(__dirname, "../../bin/pila.js");

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export function runPila(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  before: readonly string[] = [],
): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...before, CLI, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
  });
  return { code: status, stdout, stderr };
}

/** A command that runs, with a mark in the environment by which all its descendants are found. */
export class RunningPila {
  readonly child: ChildProcess;
  readonly #mark = `PILA_TEST_MARK=${randomUUID()}`;
  readonly #ended: Promise<unknown>;
  #stderr = "";

  constructor(args: readonly string[]) {
    const [name, value] = this.#mark.split("=") as [string, string];
    this.child = spawn(process.execPath, [CLI, ...args], {
      env: { ...process.env, [name]: value },
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    });
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#ended = once(this.child, "close");
  }

  /** Ids of its processes that are no zombies, itself included, in order. */
  processes(): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && hasMark(Number(name), this.#mark))
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** Waits for its end. */
  async end(): Promise<Ended> {
    await this.#ended;
    return { code: this.child.exitCode, stdout: "", stderr: this.#stderr };
  }

  /** Waits until something is so; an end before that, or a minute, is an error. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const limit = performance.now() + 60_000;
    while (!isSo()) {
      if (this.child.exitCode !== null || performance.now() > limit) {
        throw new Error(`${what}: not before the end (${this.child.exitCode}) ${this.#stderr}`);
      }
      await sleep(5);
    }
  }
}

function hasMark(pid: number, mark: string): boolean {
  try {
    const isZombie = /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
    return !isZombie && readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark);
  } catch {
    return false;
  }
}

/** Files in a folder that a run has not finished. */
export function temporaryFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.startsWith(".pila-"));
  } catch {
    return [];
  }
}

/** Crops of zeros that take no room on disk, as large as one likes. */
export function makeSparseCrops(folder: string, dates: number, shape: Shape): void {
  mkdirSync(folder, { recursive: true });
  const header = productHeader(shape);
  for (let date = 0; date < dates; date++) {
    const path = join(folder, `d${String(date).padStart(4, "0")}_int_crop.tif`);
    writeFileSync(path, header.bytes);
    truncateSync(path, header.fileBytes);
  }
}

/** SLC images of zeros that take no room on disk. */
export function makeSparseSlc(folder: string, dates: number, shape: Shape): void {
  for (let date = 0; date < dates; date++) writeSparseSlc(folder, `d${String(date).padStart(4, "0")}`, shape);
}
