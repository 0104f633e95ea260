import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RecordError } from "../core/errors";
import type { MapRecord, MapsRecord } from "../core/maps";

/** What RUN/maps/maps.json says; null where the run has no maps. @throws RecordError it is damaged or of another version */
export function readMaps(runFolder: string): MapsRecord | null {
  const path = join(runFolder, "maps", "maps.json");
  if (!existsSync(path)) return null;
  const damaged = (found: string, cause?: unknown): RecordError =>
    new RecordError(
      `${path}: found ${found}, expected the maps that pila bench wrote; remove the folder and make them again`,
      {
        path,
        cause,
      },
    );
  let record: MapsRecord;
  try {
    record = JSON.parse(readFileSync(path, "utf8")) as MapsRecord;
  } catch (cause) {
    throw damaged("a file that is not JSON", cause);
  }
  if (record?.schema !== 1) throw damaged(`schema ${JSON.stringify(record?.schema)}`);
  const missing = record.maps.find(({ file }) => !existsSync(join(runFolder, "maps", file)));
  if (missing !== undefined) throw damaged(`no ${missing.file} beside it`);
  return record;
}

/** The picture of a map as text that stands in a page. */
export function mapUri(runFolder: string, { file }: MapRecord): string {
  return `data:image/png;base64,${readFileSync(join(runFolder, "maps", file)).toString("base64")}`;
}
