import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as letSignalsIn } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { DateCube, MapRecord, MapsRecord } from "../core/maps";
import { type Looks, pixelCount, type Shape } from "../core/raster";
import { writeWholeFile } from "../io/outputFile";
import { readManifest } from "../io/prepManifest";
import { BoxMeans, boxedShape, boxFor } from "../pipeline/boxMeans";
import { openIntensityRows } from "../pipeline/intensityRows";
import { drawPicture, PERCENTILES } from "../pipeline/picture";
import { openPlaneRows } from "../pipeline/planeRows";
import type { StackRows } from "../pipeline/rowReader";
import { scanRows } from "../pipeline/scanRows";
import { toDecibels, toLevels } from "../pipeline/stretch";
import { STATISTICS } from "../statistics/registry";
import type { Statistic } from "../statistics/statistic";
import { measureSpeckle } from "./measureSpeckle";

/** Pixels of the longer side of a map, at most: two on a screen are about as wide. */
const LONGEST_MAP = 768;
/** Bytes of the cube before gzip, which never adds more than a hundredth. */
const CUBE_BYTES = 480_000;
const CUBE_FILE = "cube.u8.gz";

export interface MapsRequest {
  /** Products of one reduction. */
  readonly mean: string;
  readonly std: string;
  readonly count: string;
  /** The crops they were made of. */
  readonly intensityFolder: string;
  readonly signal?: AbortSignal;
}

/** The folder of a run's maps, and the file that describes them. */
export function mapsPath(runFolder: string, name = ""): string {
  return join(runFolder, "maps", name);
}

/**
 * Writes what the report shows of the rasters into RUN/maps: a PNG of every statistic that is drawn, the histogram of a
 * homogeneous region, ENL, a small cube of the dates, and maps.json, which describes them and comes last.
 * Memory: some rows of each image, and the small ones.
 * @throws FormatError, ShapeError a file cannot be read, or the products do not have one shape
 */
export async function writeMaps(runFolder: string, request: MapsRequest): Promise<MapsRecord> {
  const { mean, std, count, intensityFolder, signal } = request;
  mkdirSync(mapsPath(runFolder), { recursive: true });
  const { rows } = await openIntensityRows(intensityFolder, []);
  const shape: Shape = { azimuth: rows.window.azimuth, range: rows.window.range };
  const box = boxFor(shape, LONGEST_MAP);
  const { maps, mapShape } = drawStatistics(
    runFolder,
    await openPlaneRows([mean, std, count]),
    box,
    rows.dates.length,
  );
  signal?.throwIfAborted();
  const cube = await writeCube(runFolder, rows, signal);
  const { side, overall, regions, histogram } = await measureSpeckle(rows, signal);
  const manifest = readManifest(intensityFolder);
  const record: MapsRecord = {
    schema: 1,
    shape,
    crop: manifest?.crop ?? null,
    looks: manifest?.looks ?? null,
    dates: rows.dates,
    mapShape,
    box,
    maps,
    enl: { side, overall, regions },
    histogram,
    cube,
  };
  writeWholeFile(mapsPath(runFolder, "maps.json"), `${JSON.stringify(record, null, 1)}\n`);
  return record;
}

/** Statistics are derived cell by cell and averaged over boxes afterwards. */
function drawStatistics(
  runFolder: string,
  products: StackRows,
  box: Looks,
  dates: number,
): { readonly maps: readonly MapRecord[]; readonly mapShape: Shape } {
  const { window } = products;
  const drawn = STATISTICS.filter((statistic: Statistic) => statistic.map !== null).map((statistic) => ({
    statistic: statistic as Statistic & { map: NonNullable<Statistic["map"]> },
    means: new BoxMeans(window, box),
    missing: 0,
  }));
  scanRows(products, [0, 1, 2], ([mean, std, count], row) => {
    const values = new Float64Array(mean!.length);
    for (const one of drawn) {
      for (let i = 0; i < values.length; i++) {
        const value = one.statistic.derive(mean![i]!, std![i]!, count![i]!);
        values[i] = value;
        if (Number.isNaN(value)) one.missing += 1;
      }
      one.means.add(values, row);
    }
  });
  const maps = drawn.map(({ statistic, means, missing }): MapRecord => {
    const { id, title, unit, map } = statistic;
    const picture = drawPicture(means.finish(), {
      ...map,
      ...(id === "count" ? { stretch: { low: 0, high: dates } } : {}),
      description: `${title.en}${unit === "" ? "" : " of |S|^2, not calibrated"}, averaged over ${box.azimuth}x${box.range} cells`,
    });
    const file = `${id}.png`;
    writeWholeFile(mapsPath(runFolder, file), picture.png);
    return {
      id,
      file,
      title,
      scale: map.scale,
      ...picture.stretch,
      percentiles: picture.byPercentiles ? PERCENTILES : null,
      noDataShare: missing / pixelCount(window),
      colours: picture.colourStops,
    };
  });
  return { maps, mapShape: drawn[0]!.means.shape };
}

async function writeCube(
  runFolder: string,
  rows: StackRows,
  signal: AbortSignal | undefined,
): Promise<DateCube> {
  const dates = rows.sources.length;
  const box = cubeBox(rows.window, dates);
  const planes: Float32Array[] = [];
  for (let date = 0; date < dates; date++) {
    await letSignalsIn();
    signal?.throwIfAborted();
    const means = new BoxMeans(rows.window, box);
    scanRows(rows, [date], ([plane], row) => means.add(plane!, row));
    planes.push(toDecibels(means.finish().values));
  }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const plane of planes) {
    for (const value of plane) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const stretch =
    low < high ? { low, high } : { low: low === high ? low - 0.5 : 0, high: low === high ? low + 0.5 : 1 };
  const levels = planes.map((plane) => toLevels(plane, stretch));
  writeWholeFile(mapsPath(runFolder, CUBE_FILE), gzipSync(Buffer.concat(levels), { level: 9 }));
  return { file: CUBE_FILE, shape: boxedShape(rows.window, box), box, ...stretch };
}

/** The smallest box that keeps the cube within its bytes. */
function cubeBox(shape: Shape, dates: number): Looks {
  let box = boxFor(shape, Math.max(shape.azimuth, shape.range));
  while (pixelCount(boxedShape(shape, box)) * dates > CUBE_BYTES) {
    box = { azimuth: box.azimuth + 1, range: box.range + 1 };
  }
  return box;
}
