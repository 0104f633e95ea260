import { dirname, isAbsolute, normalize, resolve, sep } from "node:path";
import { FormatError } from "../../core/errors";
import { HOST_IS_BIG_ENDIAN, PIXEL_BYTES } from "../../core/raster";
import { childrenOf, childText, type SlcFormat, type XmlElement } from "./description";
import { describeRawImage } from "./raw";

/**
 * A VRT over one raw complex64 band, as ISCE2 writes it. Absent elements take GDAL's defaults: relativeToVRT 1,
 * ImageOffset 0, PixelOffset 8, LineOffset PixelOffset x width, ByteOrder of the host. A relative source stands beside
 * the VRT. Refused: VRTs of another kind, and sources that are missing, truncated or outside the VRT's folder.
 * @see https://gdal.org/drivers/raster/vrt.html#vrt-descriptions-for-raw-files
 */
export const isceVrt: SlcFormat = {
  files: "DATE.slc.vrt",
  names: /^(.*)\.slc\.vrt$/i,
  describe({ path, xml }) {
    if (xml?.name !== "vrtdataset") return null;
    const bands = childrenOf(xml, "vrtrasterband");
    const band = bands[0];
    if (bands.length !== 1 || band === undefined) throw unsupported(path, `a VRT of ${bands.length} bands`);
    const subclass = band.attributes.get("subclass");
    if (subclass !== "VRTRawRasterBand") {
      throw unsupported(path, `a VRT band of kind ${subclass ?? "VRTSourcedRasterBand (no raw data)"}`);
    }
    const type = band.attributes.get("datatype") ?? "Byte";
    if (type !== "CFloat32") throw unsupported(path, `samples of type ${type}`);

    const shape = {
      azimuth: Number(xml.attributes.get("rasterysize")),
      range: Number(xml.attributes.get("rasterxsize")),
    };
    const pixelStride = Number(childText(band, "pixeloffset") ?? PIXEL_BYTES.complex64);
    return describeRawImage(path, {
      path: sourcePath(band, path),
      shape,
      dataOffset: Number(childText(band, "imageoffset") ?? 0),
      pixelStride,
      rowStride: Number(childText(band, "lineoffset") ?? pixelStride * shape.range),
      bigEndian: isBigEndian(childText(band, "byteorder"), path),
    });
  },
};

function sourcePath(band: XmlElement, path: string): string {
  const element = childrenOf(band, "sourcefilename")[0];
  const name = element?.text;
  if (element === undefined || name === undefined || name === "") {
    throw new FormatError(
      `${path}: found no SourceFilename, expected the name of the raw file; write the VRT again`,
      { path },
    );
  }
  // GDAL 3.12 refuses sources outside the folder of a VRT unless allowed; so does pila.
  const outside = isAbsolute(name) || normalize(name).split(sep).includes("..");
  if (outside || element.attributes.get("relativetovrt") === "0") {
    throw new FormatError(
      `${path}: found the source ${name}, expected a file beside the VRT; write it with relativeToVRT="1" or link the data there`,
      { path },
    );
  }
  return resolve(dirname(path), name);
}

function isBigEndian(order: string | undefined, path: string): boolean {
  if (order === undefined) return HOST_IS_BIG_ENDIAN;
  if (/^(lsb|msb)$/i.test(order)) return order.toLowerCase() === "msb";
  throw new FormatError(`${path}: found ByteOrder ${order}, expected LSB or MSB`, { path });
}

function unsupported(path: string, found: string): FormatError {
  return new FormatError(
    `${path}: found ${found}, expected one raw CFloat32 band (ISCE2 .slc.vrt); this kind is not supported`,
    { path },
  );
}
