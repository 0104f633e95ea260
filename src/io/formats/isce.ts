import { resolve } from "node:path";
import { fault, RealBandError } from "../../core/errors";
import { childrenOf, childText, type Description, type SlcFormat } from "./description";
import { describeByGdal } from "./gdal";
import { describeInterleaved, requireData, requiredFields, wholeField } from "./raw";

/**
 * An ISCE2 `.slc.xml` or `.slc.full.xml` (root `imageFile`), also one that was linked as `X.slc.vrt`. Property names and
 * values are matched without case; byte_order is l, little, lsb or < where absent, scheme BIP, number_bands 1. Its
 * file_name is often stale; the pixels are the file beside it of the same name without `.xml`.
 * @see https://github.com/isce-framework/isce2 (components/iscesys/ImageApi)
 */
export const isceXml: SlcFormat = {
  title: "ISCE2 XML",
  files: "DATE.slc with DATE.slc.xml",
  descriptionsOf: (data) => [`${data}.xml`],
  describe(file) {
    if (file.xml?.name !== "imagefile") return null;
    const properties = new Map<string, string>();
    for (const entry of childrenOf(file.xml, "property")) {
      const value = childText(entry, "value");
      const name = entry.attributes.get("name");
      if (name !== undefined && value !== undefined) properties.set(name.toLowerCase(), value);
    }
    const field = requiredFields(file, properties, "an ISCE2 image description");
    const property = (name: string): string => field(name, `property ${name}`);
    const whole = (name: string): number => wholeField(file, name, property(name));
    const type = property("data_type").toUpperCase();
    if (!/^C(FLOAT|SHORT|DOUBLE|INT|LONG)/.test(type)) throw new RealBandError(file.name, type);
    const path = siblingData(file);
    if (type !== "CFLOAT" && type !== "CSHORT") {
      return describeByGdal({ path, name: file.name }, `ISCE2 samples of type ${type}`);
    }
    const kind = type === "CFLOAT" ? "complex64" : "cint16";
    return describeInterleaved(file, {
      path,
      kind,
      shape: { azimuth: whole("length"), range: whole("width") },
      bands: wholeField(file, "number_bands", properties.get("number_bands") ?? "1"),
      interleave: ["scheme", (properties.get("scheme") ?? "bip").toLowerCase()],
      dataOffset: 0,
      bigEndian: isBigEndian(file, properties.get("byte_order")),
      nodata: null,
      names: [],
      date: null,
    });
  },
};

function isBigEndian(file: Description, order: string | undefined): boolean {
  if (order === undefined || /^(l|lsb|little|little-?endian|<)$/i.test(order)) return false;
  if (/^(b|msb|big|big-?endian|>)$/i.test(order)) return true;
  throw fault(file.name, `found byte_order ${order}, expected l or b; correct it`);
}

/** `X.slc` beside `X.slc.xml` or `X.slc.vrt`. */
function siblingData(file: Description): string {
  const path = resolve(file.path.replace(/\.(xml|vrt)$/i, ""));
  if (path === file.path)
    throw fault(
      file.name,
      "found no .xml at the end of its name, expected X.slc.xml beside X.slc; rename it",
    );
  requireData(file, path);
  return path;
}
