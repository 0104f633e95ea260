import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

function findRoot(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && JSON.parse(readFileSync(file, "utf8")).name === "pila") return folder;
  }
  throw new Error(`no package.json of pila above ${start}`);
}

/** The checkout these tests were built from. */
export const root: string = findRoot(__dirname);

const python = join(root, ".venv/bin/python");

/** What keeps notebooks from running here; undefined where nothing does. */
export const missingJupyter: string | undefined = existsSync(python) ? undefined : "no .venv";

/** A new folder of the checkout's build/, gone when the test process ends. */
export function makeTestFolder(name: string): string {
  const build = join(root, "build");
  mkdirSync(build, { recursive: true });
  const folder = mkdtempSync(join(build, `test-${name}-`));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** How a program ended and what it said. */
export interface Ending {
  readonly exitCode: number | null;
  readonly stderr: string;
}

/** Runs one of the Python programs of notebooks/ to its end. */
export function runPython(
  program: "execute.py" | "export.py",
  parameters: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [join(root, "notebooks", program), ...parameters], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stderr }));
  });
}

/** One output of a cell as the notebook file holds it. */
export interface CellOutput {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
  readonly ename?: string;
  readonly evalue?: string;
}

/** The outputs of each code cell of a notebook file, in order. */
export function readOutputs(notebook: string): readonly (readonly CellOutput[])[] {
  const { cells } = JSON.parse(readFileSync(notebook, "utf8")) as {
    cells: { cell_type: string; outputs: CellOutput[] }[];
  };
  return cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.outputs);
}

/** Text that a notebook file holds as one string or as lines. */
export function joinText(text: string | readonly string[] | undefined): string {
  return typeof text === "string" ? text : (text ?? []).join("");
}

/** A process that exists and is no zombie; one that PID 1 has not reaped yet has ended. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return false;
  }
}

/** Asks again every 50 ms until the answer is neither false nor undefined. @throws Error not within the limit */
export async function waitFor<T>(
  what: string,
  ask: () => T | Promise<T>,
  limitSeconds = 30,
): Promise<Exclude<T, false | undefined>> {
  for (const end = Date.now() + limitSeconds * 1000; Date.now() < end; ) {
    const answer = await ask();
    if (answer !== false && answer !== undefined) return answer as Exclude<T, false | undefined>;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what}: not within ${limitSeconds} s`);
}
