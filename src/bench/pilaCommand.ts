import { existsSync } from "node:fs";
import { join } from "node:path";
import { BackendError } from "../core/errors";

/** Root of the package: where package.json stands, three levels above the compiled file. */
export function packageRoot(): string {
  return join(__dirname, "../../..");
}

/**
 * The command people type after the set-up; never npx, which costs 0.4 s and leaves the real process alive.
 * @throws BackendError it is not linked
 */
export function pilaCommand(root: string = packageRoot()): readonly string[] {
  const path = join(root, "node_modules/.bin/pila");
  if (!existsSync(path)) {
    throw new BackendError(`${path}: found nothing, expected the pila command; run npm run setup`, { path });
  }
  return [path];
}

/** How SLC are reduced to intensities; null leaves an option to pila's default. */
export interface PrepOptions {
  readonly crop: string | null;
  readonly looks: string | null;
  readonly nodata: string | null;
}

/** Where one run of pila reads and writes. */
export interface RunPlaces {
  /** Folder of the intensities. */
  readonly intens: string;
  /** Folder of the SLC; null where the data are intensities alone. */
  readonly slc: string | null;
  readonly mean: string;
  readonly std: string;
  /** Folder that prep fills. */
  readonly crops: string;
  /** File for the spans; null in runs that carry a verdict. */
  readonly trace: string | null;
}

/** Arguments of one run after `pila`. @throws BackendError prep or fused without SLC */
export function pilaArguments(
  backend: string,
  workers: number,
  places: RunPlaces,
  prep: PrepOptions,
): readonly string[] {
  const common = [
    ...(backend === "sec" ? [] : ["--workers", String(workers)]),
    ...(places.trace === null ? [] : ["--trace", places.trace]),
    "--json",
    "--quiet",
  ];
  if (backend === "prep")
    return ["prep", slcOf(backend, places), places.crops, ...prepArguments(prep), ...common];
  if (backend === "fused") {
    return ["fused", slcOf(backend, places), places.mean, places.std, ...prepArguments(prep), ...common];
  }
  return ["stats", backend, places.intens, places.mean, places.std, ...common];
}

/** `--crop … --looks … --nodata …`, those that are set. */
export function prepArguments(prep: PrepOptions): readonly string[] {
  return Object.entries({ "--crop": prep.crop, "--looks": prep.looks, "--nodata": prep.nodata }).flatMap(
    ([name, value]) => (value === null ? [] : [name, value]),
  );
}

function slcOf(backend: string, places: RunPlaces): string {
  if (places.slc !== null) return places.slc;
  throw new BackendError(`${backend}: found no SLC folder, expected one; name it with --slc`);
}
