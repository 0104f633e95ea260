import { existsSync, statSync } from "node:fs";
import { fault, RealBandError } from "../../core/errors";
import { dateIn } from "../names";
import { parseNodata } from "../tiff";
import type { Description, SlcFormat } from "./description";
import { describeByGdal } from "./gdal";
import { describeInterleaved, requireData, requiredFields, wholeField, wholeNumber } from "./raw";

/**
 * A raw file with an ENVI header, `X.hdr` or `X.slc.hdr`, as ISCE2 leaves it at the reference date: complex64 (data
 * type 6) of one band or several in any interleave, either byte order, behind a header of any length. The pixels are
 * the file of the same name with another ending or none.
 * @see https://www.nv5geospatialsoftware.com/docs/ENVIHeaderFiles.html
 */
export const envi: SlcFormat = {
  title: "ENVI",
  files: "DATE.slc with an ENVI DATE.hdr",
  descriptionsOf: (data) => [`${data}.hdr`, data.replace(/\.[^./]*$/, ".hdr")],
  describe(file) {
    if (!/^\s*ENVI[ \t]*[\r\n]/.test(file.head.toString("latin1", 0, 64)) || file.text === null) return null;
    const fields = readFields(file.text);
    const field = requiredFields(file, fields, "an ENVI header of an image");
    const whole = (name: string, value: string): number => wholeField(file, name, value);
    const type = field("data type");
    if (type !== "6" && type !== "9") {
      throw new RealBandError(file.name, ENVI_TYPES[type] ?? `ENVI data type ${type}`);
    }
    const path = enviDataOf(file);
    const isPacked = (fields.get("file compression") ?? "0") !== "0";
    if (type === "9" || isPacked) {
      return describeByGdal(
        { path, name: file.name },
        `ENVI samples ${isPacked ? "that are packed" : "of CFloat64"}`,
      );
    }
    return describeInterleaved(file, {
      path,
      kind: "complex64",
      shape: { azimuth: whole("lines", field("lines")), range: whole("samples", field("samples")) },
      bands: whole("bands", fields.get("bands") ?? "1"),
      interleave: ["interleave", (fields.get("interleave") ?? "bsq").toLowerCase()],
      dataOffset: whole("header offset", fields.get("header offset") ?? "0"),
      bigEndian: isBigEndian(file, fields.get("byte order") ?? "0"),
      nodata: parseNodata(fields.get("data ignore value")),
      names: (fields.get("band names") ?? "").split(/\s*,\s*/).filter((name) => name !== ""),
      date: dateIn(fields.get("acquisition time") ?? "")?.day ?? null,
    });
  },
};

function isBigEndian(file: Description, order: string): boolean {
  const value = wholeNumber(order);
  if (value === 0 || value === 1) return value === 1;
  throw fault(file.name, `found byte order ${order}, expected 0 or 1; correct it`);
}

const ENVI_TYPES: Readonly<Record<string, string>> = {
  1: "Byte",
  2: "Int16",
  3: "Int32",
  4: "Float32",
  5: "Float64",
  12: "UInt16",
  13: "UInt32",
};

/** `name = value`, names in lower case; what begins with a brace goes on to the next closing one, over several lines. */
function readFields(text: string): ReadonlyMap<string, string> {
  const lines = text.replace(/\{[^}]*/g, (inside) => inside.replace(/[\r\n]+/g, " "));
  // No part may match what the next one does: the time would be that squared.
  const fields = [...lines.matchAll(/^[ \t]*([^=\r\n{}\s][^=\r\n{}]*)=[ \t]*([^\r\n]*)/gm)];
  return new Map(
    fields.map(([, name, value]) => [
      name!.trim().toLowerCase().replace(/\s+/g, " "),
      value!.replace(/^\{|\}$/g, "").trim(),
    ]),
  );
}

/** Endings of the files of pixels that ENVI's users, ISCE2 and SNAP write, tried in turn. */
const DATA_ENDINGS = ["", ".slc", ".rslc", ".img", ".dat", ".bin", ".raw", ".envi", ".bsq", ".bil", ".bip"];

/** The file of pixels of an ENVI header. @throws FormatError there is none */
export function enviDataOf(file: Pick<Description, "path" | "name">): string {
  const stem = file.path.replace(/\.hdr$/i, "");
  const tried = DATA_ENDINGS.map((ending) => `${stem}${ending}`).filter((path) => path !== file.path);
  const found = tried.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
  if (found === undefined) requireData(file, `${stem}.slc`);
  return found!;
}

/** True for a file of pixels with an ENVI header beside it. */
export function hasEnviHeader(data: string): boolean {
  return envi.descriptionsOf!(data).some((path) => path !== data && existsSync(path));
}
