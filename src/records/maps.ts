// maps/ of a run folder: pictures and numbers that the report shows of the rasters, read as what somebody else may have made.
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { RecordError } from "../core/errors";
import type { MapsRecord } from "../core/maps";
import { pixelCount } from "../core/raster";
import { readRunFile } from "./files";
import { validateRecord } from "./runFolder";

const RECORD = "maps/maps.json";
/** A cube is unpacked by the reader's browser. */
const MOST_CUBE_BYTES = 4_000_000;
/** First bytes of the files that maps.json may name. */
const MAGIC = { png: [0x89, 0x50, 0x4e, 0x47], gzip: [0x1f, 0x8b] } as const;

/** The maps of a run, whose files are checked. */
export interface Maps {
  readonly record: MapsRecord;
  /** Bytes of the PNG of each map, and of the gzip of the cube. */
  readonly pictures: readonly Buffer[];
  readonly cube: Buffer;
}

/**
 * What RUN/maps/maps.json says; null where the run has no maps.
 * @throws RecordError it is damaged, of another version, or no file of the run folder
 */
export function readMapsRecord(runFolder: string): MapsRecord | null {
  const bytes = readRunFile(runFolder, RECORD);
  if (bytes === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw damaged(runFolder, RECORD, "a file that is not JSON", cause);
  }
  const schema = (value as Partial<MapsRecord> | null)?.schema;
  if (schema !== 1) throw damaged(runFolder, RECORD, `schema ${JSON.stringify(schema)}`);
  const record = validateRecord<MapsRecord>("maps", value, { path: join(runFolder, RECORD) });
  const { histogram, cube, dates } = record;
  if (histogram !== null && histogram.edges.length !== histogram.counts.length + 1) {
    throw damaged(
      runFolder,
      RECORD,
      `${histogram.edges.length} edges of ${histogram.counts.length} bars in its histogram`,
    );
  }
  if (pixelCount(cube.shape) * dates.length > MOST_CUBE_BYTES) {
    throw damaged(runFolder, RECORD, `a cube of more than ${MOST_CUBE_BYTES} bytes`);
  }
  return record;
}

/**
 * The maps of a run with the bytes of their files; null where it has none.
 * @throws RecordError as `readMapsRecord`; a file is missing, leads outside the folder, or is no picture
 */
export function readMaps(runFolder: string): Maps | null {
  const record = readMapsRecord(runFolder);
  if (record === null) return null;
  const { maps, cube, dates } = record;
  const pictures = maps.map(({ file }) => readKind(runFolder, file, "png"));
  const packed = readKind(runFolder, cube.file, "gzip");
  const bytes = pixelCount(cube.shape) * dates.length;
  if (unpackedLength(packed, bytes) !== bytes) {
    throw damaged(runFolder, `maps/${cube.file}`, `no gzip of ${bytes} bytes`);
  }
  return { record, pictures, cube: packed };
}

function readKind(runFolder: string, file: string, kind: keyof typeof MAGIC): Buffer {
  const bytes = readRunFile(runFolder, `maps/${file}`);
  if (bytes === null) throw damaged(runFolder, RECORD, `no ${file} beside it`);
  if (MAGIC[kind].every((byte, i) => bytes[i] === byte)) return bytes;
  throw damaged(runFolder, `maps/${file}`, `no ${kind}`);
}

/** NaN where it is no gzip, or longer than `most` bytes. */
function unpackedLength(packed: Buffer, most: number): number {
  try {
    return gunzipSync(packed, { maxOutputLength: Math.max(1, most) }).length;
  } catch {
    return Number.NaN;
  }
}

function damaged(runFolder: string, name: string, found: string, cause?: unknown): RecordError {
  const path = join(runFolder, name);
  return new RecordError(
    `${path}: found ${found}, expected the maps that pila bench wrote; remove the folder maps and make them again`,
    { path, cause },
  );
}
