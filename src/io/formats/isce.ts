import { existsSync } from "node:fs";
import { FormatError } from "../../core/errors";
import { PIXEL_BYTES } from "../../core/raster";
import { childrenOf, childText, type SlcFormat } from "./description";
import { describeRawImage } from "./raw";

/**
 * An ISCE2 `.slc.xml` (root `imageFile`), also one that was linked as `X.slc.vrt`: width, length, data_type CFLOAT,
 * byte_order, one band. Property names are matched without case. Its file_name is often stale; the pixels are the
 * sibling `.slc` of the same name. Refused: another type or number of bands, and data that are missing or truncated.
 * @see https://github.com/isce-framework/isce2 (components/iscesys/ImageApi)
 */
export const isceXml: SlcFormat = {
  files: "DATE.slc with DATE.slc.xml",
  names: /^(.*)\.slc\.xml$/i,
  describe({ path, xml }) {
    if (xml?.name !== "imagefile") return null;
    const properties = new Map<string, string>();
    for (const entry of childrenOf(xml, "property")) {
      const value = childText(entry, "value");
      const name = entry.attributes.get("name");
      if (name !== undefined && value !== undefined) properties.set(name.toLowerCase(), value);
    }
    const property = (name: string): string => {
      const value = properties.get(name);
      if (value !== undefined) return value;
      throw new FormatError(`${path}: found no property ${name}, expected an ISCE2 image description`, {
        path,
      });
    };
    const type = property("data_type").toUpperCase();
    const bands = Number(properties.get("number_bands") ?? 1);
    if (type !== "CFLOAT" || bands !== 1) {
      throw new FormatError(
        `${path}: found ${bands} band(s) of type ${type}, expected one of CFLOAT (complex64); this kind is not supported`,
        { path },
      );
    }
    const order = property("byte_order").toLowerCase();
    if (order !== "l" && order !== "b") {
      throw new FormatError(`${path}: found byte_order ${order}, expected l or b`, { path });
    }
    const shape = { azimuth: Number(property("length")), range: Number(property("width")) };
    return describeRawImage(path, {
      path: siblingData(path),
      shape,
      dataOffset: 0,
      pixelStride: PIXEL_BYTES.complex64,
      rowStride: PIXEL_BYTES.complex64 * shape.range,
      bigEndian: order === "b",
    });
  },
};

/** `X.slc` beside `X.slc.xml` or `X.slc.vrt`. */
function siblingData(path: string): string {
  const sibling = path.replace(/\.(xml|vrt)$/i, "");
  if (sibling !== path && existsSync(sibling)) return sibling;
  throw new FormatError(
    `${path}: found no ${sibling}, expected the pixels beside their description; put the .slc there`,
    { path },
  );
}
