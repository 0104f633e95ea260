import { existsSync, readFileSync } from "node:fs";
import { linkStack } from "../../data-prep/link";
import { simulateStack } from "../../data-prep/simulate";

/** The variable that names a JSON file of parameters for a notebook that is executed without a person. */
const PARAMETERS_VARIABLE = "PILA_NOTEBOOK_PARAMETERS";

/**
 * Parameters of a notebook: what the cell says, unless the JSON file named by PILA_NOTEBOOK_PARAMETERS says otherwise.
 */
export function notebookParameters<T extends object>(defaults: T): T {
  const path = process.env[PARAMETERS_VARIABLE];
  if (path === undefined) return defaults;
  return { ...defaults, ...(JSON.parse(readFileSync(path, "utf8")) as Partial<T>) };
}

/**
 * A flat folder of the SLC of a tree; where there is no tree yet, a small synthetic stack is made there (4 dates of
 * 1024 x 1024, 32 MB).
 * @returns the folder of links
 */
export async function stackFolder(tree: string): Promise<string> {
  const flat = `${tree.replace(/\/$/, "")}-slc`;
  if (!existsSync(tree)) {
    await simulateStack({ tree, dates: 4, shape: { azimuth: 1024, range: 1024 }, seed: 1 });
  }
  linkStack(tree, flat);
  return flat;
}
