// Runs the measured programs once, so that what V8 compiles of them is kept.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SAMPLE = "data-prep/sample";
/** Side of the square images: enough work that the threads come up before it is done. */
const SIDE = 4096;

/** The two dates of the sample, and beside them dates of zeros that take no room on the disk. */
function writeStacks(root, folder) {
  const [sample, zeros] = [join(folder, "sample"), join(folder, "zeros")];
  for (const stack of [sample, zeros]) mkdirSync(stack);
  for (const name of readdirSync(join(root, SAMPLE)))
    copyFileSync(join(root, SAMPLE, name), join(sample, name));
  writeFileSync(join(zeros, "zeros.slc"), "");
  truncateSync(join(zeros, "zeros.slc"), SIDE * SIDE * 8);
  for (const date of ["20230101", "20230102", "20230103", "20230104"]) {
    writeFileSync(
      join(zeros, `${date}.slc.vrt`),
      `<VRTDataset rasterXSize="${SIDE}" rasterYSize="${SIDE}"><VRTRasterBand dataType="CFloat32" band="1" ` +
        `subClass="VRTRawRasterBand"><SourceFilename relativeToVRT="1">zeros.slc</SourceFilename>` +
        `<ByteOrder>LSB</ByteOrder></VRTRasterBand></VRTDataset>\n`,
    );
  }
  return [sample, zeros];
}

/** Two, but never two threads of one program: both would keep its code at once. */
function workersOf(starts) {
  return starts?.kind === "thread" ? 1 + starts.itself : 2;
}

/** Without this the programs only start slower: nothing here makes the build fail. */
export function fillCodeCache(root) {
  const { backends } = createRequire(join(root, "dist/src/"))("./backends/registry");
  const folder = mkdtempSync(join(tmpdir(), "pila-"));
  const runs = writeStacks(root, folder).flatMap((slc) => {
    const [crops, mean, std, trace] = ["crops", "mean.tif", "std.tif", "trace"].map((name) =>
      join(slc, name),
    );
    const traced = (workers) => ["--workers", String(workers), "--trace", trace];
    return [
      ["prep", slc, crops, ...traced(2)],
      ["fused", slc, mean, std, ...traced(2)],
      ...backends().map(({ id, starts }) => ["stats", id, crops, mean, std, ...traced(workersOf(starts))]),
      ["verify", mean, mean],
    ];
  });
  try {
    for (const words of runs) {
      spawnSync(process.execPath, [join(root, "dist/bin/pila.js"), ...words], {
        env: { ...process.env, PILA_KEEP_CODE: "1" },
        stdio: "ignore",
        timeout: 60_000,
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
