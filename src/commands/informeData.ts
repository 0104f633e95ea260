import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { linkStack } from "../../data-prep/link";
import { simulateStack } from "../../data-prep/simulate";
import { listFolder } from "../io/listFolder";
import type { Context } from "./command";
import { packagePath } from "./packageFiles";

/** The simulated stacks of the informe: 1 GiB, or a small one. */
const SIMULATED = {
  whole: { dates: 8, shape: { azimuth: 4096, range: 4096 }, seed: 1 },
  quick: { dates: 4, shape: { azimuth: 1024, range: 1024 }, seed: 1 },
} as const;

/** A flat folder with the links of the simulated stack, which is made once and kept. */
export async function simulatedStack(quick: boolean, context: Context): Promise<string> {
  const folder = packagePath("data-prep/build", quick ? "quick" : "whole");
  const tree = join(folder, "tree");
  const flat = join(folder, "slc");
  // truth.json is written last: where it stands the stack is complete.
  if (!existsSync(join(tree, "truth.json"))) {
    const { dates, shape, seed } = quick ? SIMULATED.quick : SIMULATED.whole;
    context.tell(`informe: no stack named, simulating ${dates} dates of ${shape.azimuth} x ${shape.range}`);
    await simulateStack({ tree, dates, shape, seed, signal: context.signal, onProgress: context.progress });
  }
  linkStack(tree, flat);
  return flat;
}

/** A flat folder of the user's stack: the folder itself, or links to everything below a tree. */
export function linkedStack(treeOrFolder: string, context: Context): string {
  if (listFolder(treeOrFolder).some((name) => /\.slc\.(vrt|xml)$/i.test(name))) return treeOrFolder;
  const tree = resolve(treeOrFolder);
  const name = createHash("sha256").update(tree).digest("hex").slice(0, 12);
  const flat = packagePath("data-prep/build/links", name);
  const { dates, skipped, notes } = linkStack(tree, flat);
  for (const { path, reason } of skipped) context.tell(`informe: left out ${path}: ${reason}`);
  for (const note of notes) context.tell(`informe: ${note}`);
  context.tell(`informe: ${dates.length} dates below ${treeOrFolder}`);
  return flat;
}
