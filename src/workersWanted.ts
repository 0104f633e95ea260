import type { Starter } from "./parallel/headStart";

/** Workers of a program. */
export interface WorkersWanted {
  readonly starter: Starter;
  /** File name of the bundled program. */
  readonly program: string;
  readonly count: number;
}

/** The most that are started before anything was checked. */
const MOST = 64;

/** Which workers a command starts first of all, with --workers N; the main thread of `rowWorker` is one of them itself. */
const PROGRAMS: Readonly<Record<string, { starter: Starter; program: string; besides: number }>> = {
  fused: { starter: "thread", program: "rowWorker.js", besides: 1 },
  prep: { starter: "thread", program: "rowWorker.js", besides: 1 },
  "stats threads": { starter: "thread", program: "rowWorker.js", besides: 1 },
  "stats mp_mem": { starter: "thread", program: "mpMemThread.js", besides: 0 },
  "stats mp": { starter: "process", program: "mpChild.js", besides: 0 },
  "stats mp_v2": { starter: "process", program: "mpV2Child.js", besides: 0 },
};

/**
 * The workers that a command line will surely want, told from its words alone: they come up while the command is loaded.
 * @returns null where none are wanted, or their number is left open or makes no sense
 */
export function workersWanted(words: readonly string[]): WorkersWanted | null {
  const at = words.indexOf("--workers");
  const number = at < 0 ? words.find((word) => word.startsWith("--workers="))?.slice(10) : words[at + 1];
  const known = PROGRAMS[words[0] === "stats" ? `stats ${words[1]}` : (words[0] ?? "")];
  if (known === undefined || number === undefined || !/^[1-9]\d{0,3}$/.test(number)) return null;
  const count = Number(number) - known.besides;
  return count > 0 && count <= MOST ? { starter: known.starter, program: known.program, count } : null;
}
