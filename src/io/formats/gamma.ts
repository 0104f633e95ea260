// Raw files with a text of parameters beside them: GAMMA and ROI_PAC.

import { statSync } from "node:fs";
import { RealBandError } from "../../core/errors";
import { PIXEL_BYTES } from "../../core/raster";
import { dateIn } from "../names";
import type { DescribedImage, Description, SlcFormat } from "./description";
import { checkSurplus, describeRawBand, realPaths, requireData, requiredFields, wholeField } from "./raw";

/** What both texts are, for messages. */
const PARAMETERS = "the parameters of an SLC";

/**
 * A GAMMA `.slc` or `.rslc` with its `.par`: big-endian FCOMPLEX or SCOMPLEX, each line behind `line_header_size` bytes.
 * @see GAMMA Remote Sensing, ISP documentation: SLC parameter file
 */
export const gamma: SlcFormat = {
  title: "GAMMA",
  files: "DATE.rslc with DATE.rslc.par",
  descriptionsOf: (data) => [`${data}.par`, data.replace(/\.[^./]*$/, ".par")],
  describe(file) {
    if (!/^range_samples\s*:/m.test(file.head.toString("latin1")) || file.text === null) return null;
    const fields = readFields(file.text, /^(\w+)[ \t]*:(.*)$/gm);
    const field = requiredFields(file, fields, PARAMETERS);
    const type = field("image_format").toUpperCase();
    if (type !== "FCOMPLEX" && type !== "SCOMPLEX") throw new RealBandError(file.name, type);
    const kind = type === "FCOMPLEX" ? "complex64" : "cint16";
    const [year = "", month = "", day = ""] = (fields.get("date") ?? "").split(/\s+/);
    const range = wholeField(file, "range_samples", field("range_samples"));
    const lineHeader = wholeField(file, "line_header_size", fields.get("line_header_size") ?? "0");
    return describePlain(file, [".slc", ".rslc"], {
      kind,
      shape: { azimuth: wholeField(file, "azimuth_lines", field("azimuth_lines")), range },
      dataOffset: lineHeader,
      rowStride: range * PIXEL_BYTES[kind] + lineHeader,
      bigEndian: true,
      date: dateIn(`${year}${month.padStart(2, "0")}${day.padStart(2, "0")}`)?.day ?? null,
    });
  },
};

/** A ROI_PAC `.slc` with its `.slc.rsc`: little-endian complex64. Its other images, such as `.unw`, are real. */
export const roipac: SlcFormat = {
  title: "ROI_PAC",
  files: "DATE.slc with DATE.slc.rsc",
  descriptionsOf: (data) => [`${data}.rsc`],
  describe(file) {
    if (!/^FILE_LENGTH\s+\d/m.test(file.head.toString("latin1")) || file.text === null) return null;
    const fields = readFields(file.text, /^(\w+)[ \t](.*)$/gm);
    // The text does not tell the type: it follows from the ending of the file of pixels.
    const real = /\.(amp|cor|unw|hgt|dem|msk|trans|flg|byt)\.rsc$/i.exec(file.path);
    if (real !== null) throw new RealBandError(file.name, `a ROI_PAC .${real[1]}`);
    const field = requiredFields(file, fields, PARAMETERS);
    const range = wholeField(file, "WIDTH", field("WIDTH"));
    const [, yymmdd = ""] = /^(\d{6})\b/.exec(fields.get("DATE") ?? "") ?? [];
    const century = Number(yymmdd.slice(0, 2)) < 70 ? "20" : "19";
    return describePlain(file, [], {
      kind: "complex64",
      shape: { azimuth: wholeField(file, "FILE_LENGTH", field("FILE_LENGTH")), range },
      dataOffset: 0,
      rowStride: range * PIXEL_BYTES.complex64,
      bigEndian: false,
      date: dateIn(`${century}${yymmdd}`)?.day ?? null,
    });
  },
};

type PlainImage = Pick<
  Parameters<typeof describeRawBand>[1],
  "kind" | "shape" | "dataOffset" | "rowStride" | "bigEndian"
> &
  Pick<DescribedImage, "date">;

/** The one image beside a text of parameters: the file of its name without the ending, or with one of others. */
function describePlain(
  file: Description,
  endings: readonly string[],
  { date, ...image }: PlainImage,
): readonly DescribedImage[] {
  const stem = file.path.replace(/\.(par|rsc)$/i, "");
  const candidates = ["", ...endings]
    .map((ending) => `${stem}${ending}`)
    .filter((each) => each !== file.path);
  const path =
    candidates.find((each) => statSync(each, { throwIfNoEntry: false })?.isFile() === true) ?? stem;
  requireData(file, path);
  const pixelStride = PIXEL_BYTES[image.kind];
  const source = describeRawBand(file, { ...image, path, pixelStride, nodata: null });
  const findings = checkSurplus(file, [source]);
  return [{ source, band: 1, label: null, date, polarisation: null, files: realPaths(path), findings }];
}

function readFields(text: string, line: RegExp): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(line)].map(([, name, value]) => [name!, value!.trim()]));
}
