// The descriptions that ISCE2 writes beside a little-endian complex64 image.
import type { Shape } from "../src/core/raster";

/** Bytes of a complex64 sample. */
export const SAMPLE_BYTES = 8;

/** The `.slc.vrt` that ISCE2 writes beside a little-endian complex64 image. */
export function isceVrt(shape: Shape, dataName: string): string {
  return `<VRTDataset rasterXSize="${shape.range}" rasterYSize="${shape.azimuth}">
    <VRTRasterBand dataType="CFloat32" band="1" subClass="VRTRawRasterBand">
        <SourceFilename relativeToVRT="1">${dataName}</SourceFilename>
        <ByteOrder>LSB</ByteOrder>
        <ImageOffset>0</ImageOffset>
        <PixelOffset>${SAMPLE_BYTES}</PixelOffset>
        <LineOffset>${SAMPLE_BYTES * shape.range}</LineOffset>
    </VRTRasterBand>
</VRTDataset>
`;
}

/** The `.slc.xml` that ISCE2 writes beside a little-endian complex64 image; file names are relative. */
export function isceXml(shape: Shape, dataName: string): string {
  return `<imageFile>
${property("access_mode", "read", "Image access mode.")}
${property("byte_order", "l", "Endianness of the image.")}
${coordinate(1, shape.range, "First coordinate of a 2D image (width).")}
${coordinate(2, shape.azimuth, "Second coordinate of a 2D image (length).")}
${property("data_type", "CFLOAT", "Image data type.")}
${property("extra_file_name", `${dataName}.vrt`, "For example name of vrt metadata.")}
${property("family", "slc", "Instance family name")}
${property("file_name", dataName, "Name of the image file.")}
${property("image_type", "slc", "Image type used for displaying.")}
${property("length", shape.azimuth, "Image length")}
${property("name", "slc_name", "Instance name")}
${property("number_bands", 1, "Number of image bands.")}
${property("scheme", "BIP", "Interleaving scheme of the image.")}
${property("width", shape.range, "Image width")}
${property("xmax", shape.range, "Maximum range value")}
${property("xmin", 0, "Minimum range value")}
</imageFile>
`;
}

function property(name: string, value: string | number, meaning: string): string {
  return `    <property name="${name}">
        <value>${value}</value>
        <doc>${meaning}</doc>
    </property>`;
}

function coordinate(axis: 1 | 2, size: number, meaning: string): string {
  const properties = [
    property("delta", 1, "Coordinate quantization."),
    property("endingvalue", size, "Ending value of the coordinate."),
    property("family", "imagecoordinate", "Instance family name"),
    property("name", "imagecoordinate_name", "Instance name"),
    property("size", size, "Coordinate size."),
    property("startingvalue", 0, "Starting value of the coordinate."),
  ].map((text) => text.replaceAll(/^/gm, "    "));
  return `    <component name="coordinate${axis}">
        <factorymodule>isceobj.Image</factorymodule>
        <factoryname>createCoordinate</factoryname>
        <doc>${meaning}</doc>
${properties.join("\n")}
    </component>`;
}
