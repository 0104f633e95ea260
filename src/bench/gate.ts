import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { formatShape, type Raster, sameShape } from "../core/raster";
import { readPlane } from "../io/formats/intensity";
import { CROP_SUFFIX } from "../io/manifest";

/** How far a peer may be from `sec`, relative to the pixel's mean (std: to the larger of mean and std). */
const PEER_TOLERANCE = 1e-5;

/** What the gate found: `reason` is null when the outputs agree. */
export interface GateResult {
  readonly reason: string | null;
  readonly sha256: string | null;
  /** Pixels valid in all dates that were compared; null where whole files were. */
  readonly comparedPixels: number | null;
}

/** SHA-256 of the contents of files one after the other, as `cat FILES | sha256sum` prints it. */
export function hashFiles(paths: readonly string[]): string {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (const path of paths) {
    const file = openSync(path, "r");
    try {
      for (let read = 1; read > 0; ) {
        read = readSync(file, buffer, 0, buffer.length, null);
        hash.update(buffer.subarray(0, read));
      }
    } finally {
      closeSync(file);
    }
  }
  return hash.digest("hex");
}

/** The intensity files of a folder in name order: `*_int_crop.tif` if there are any, else every TIFF. */
export function cropFiles(folder: string): readonly string[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const images = names.filter((name) => /\.tiff?$/i.test(name) && !name.startsWith("."));
  const crops = images.filter((name) => name.endsWith(CROP_SUFFIX));
  return (crops.length > 0 ? crops : images).map((name) => join(folder, name));
}

/** Own backends must give the very bytes of the reference. */
export function checkBytes(outputs: readonly string[], expectedSha256: string, whose: string): GateResult {
  const missing = outputs.find((path) => !existsSync(path));
  if (missing !== undefined || outputs.length === 0) {
    return { reason: `wrote no ${missing ?? "output"}`, sha256: null, comparedPixels: null };
  }
  const sha256 = hashFiles(outputs);
  const reason =
    sha256 === expectedSha256
      ? null
      : `its output differs from ${whose} (${sha256.slice(0, 12)}, expected ${expectedSha256.slice(0, 12)})`;
  return { reason, sha256, comparedPixels: null };
}

/** A peer's planes must agree with the reference within PEER_TOLERANCE at every pixel valid in all dates. */
export async function checkPeer(
  outputs: { readonly mean: string; readonly std: string },
  reference: { readonly mean: string; readonly std: string; readonly count: string },
  dates: number,
): Promise<GateResult> {
  const missing = [outputs.mean, outputs.std].find((path) => !existsSync(path));
  if (missing !== undefined) return { reason: `wrote no ${missing}`, sha256: null, comparedPixels: null };
  const sha256 = hashFiles([outputs.mean, outputs.std]);
  try {
    const { reason, comparedPixels } = comparePlanes(
      { mean: await readPlane(outputs.mean), std: await readPlane(outputs.std) },
      { mean: await readPlane(reference.mean), std: await readPlane(reference.std) },
      await readPlane(reference.count),
      dates,
    );
    return { reason, sha256, comparedPixels };
  } catch (error) {
    return { reason: `its output cannot be read: ${(error as Error).message}`, sha256, comparedPixels: null };
  }
}

type Planes = Readonly<Record<"mean" | "std", Raster>>;

/**
 * Compares over the pixels whose count is the number of dates; what a peer makes of the others is its own affair.
 * @returns the first pixel that is off, as the reason
 */
export function comparePlanes(
  found: Planes,
  expected: Planes,
  count: Raster,
  dates: number,
): { readonly reason: string | null; readonly comparedPixels: number } {
  const { shape } = expected.mean;
  for (const name of ["mean", "std"] as const) {
    if (sameShape(found[name].shape, shape)) continue;
    const sizes = `${formatShape(found[name].shape)}, expected ${formatShape(shape)}`;
    return { reason: `its ${name} is ${sizes}`, comparedPixels: 0 };
  }
  let comparedPixels = 0;
  let reason: string | null = null;
  for (let i = 0; i < count.values.length; i++) {
    if (count.values[i] !== dates) continue;
    comparedPixels++;
    const mean = Math.abs(expected.mean.values[i]!);
    const scales = { mean, std: Math.max(mean, expected.std.values[i]!) };
    for (const name of ["mean", "std"] as const) {
      const [a, b] = [found[name].values[i]!, expected[name].values[i]!];
      // Object.is: equal infinities and NaN agree, which no difference shows.
      if (Object.is(a, b) || Math.abs(a - b) <= PEER_TOLERANCE * scales[name]) continue;
      const place = `row ${Math.floor(i / shape.range)}, column ${i % shape.range}`;
      const [its, sec] = [a, b].map((value) => Number(value.toPrecision(7)));
      reason ??= `its ${name} at ${place} is ${its}, sec has ${sec} (tolerance ${PEER_TOLERANCE} relative)`;
    }
  }
  if (comparedPixels === 0) reason = "no pixel is valid in all dates: its output cannot be compared";
  return { reason, comparedPixels };
}
