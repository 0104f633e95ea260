import { RealBandError } from "../../core/errors";
import { dateAmong, dateIn, polarisationIn } from "../names";
import {
  formatSamples,
  isTiff,
  plainKind,
  plainTiffBand,
  readTiff,
  requireWhole,
  type TiffImage,
} from "../tiff";
import type { DescribedImage, SlcFormat } from "./description";
import { describeByGdal } from "./gdal";

/**
 * A complex TIFF, such as SAOCOM's L1A (whose files have no ending), Sentinel-1's and Capella's of CInt16, and what SNAP
 * and dolphin export. Uncompressed strips of complex64 and CInt16 of one band or several are read in place, in either
 * byte order, BigTIFF too; GDAL reads the rest: tiles, compression, masks, other types.
 */
export const tiff: SlcFormat = {
  title: "GeoTIFF",
  files: "complex GeoTIFF",
  describe(file) {
    if (!isTiff(file.head)) return null;
    const image = readTiff(file.path);
    if (!image.sampleFormat.startsWith("complex")) throw new RealBandError(file.name, formatSamples(image));
    requireWhole(image);
    const images = plainBands(image);
    return images ?? describeByGdal(file, `a TIFF ${reason(image)}`);
  },
};

function plainBands(image: TiffImage): readonly DescribedImage[] | null {
  const kind = plainKind(image);
  if (kind === null) return null;
  const images: DescribedImage[] = [];
  for (const [i, description] of image.descriptions.entries()) {
    const source = plainTiffBand(image, i + 1, kind);
    if (source === null) return null;
    images.push({
      source,
      band: i + 1,
      label: image.bands === 1 ? null : (description ?? `band ${i + 1}`),
      date: dateIn(description ?? "")?.day ?? dateAmong(image.metadata),
      polarisation: polarisationIn(description ?? ""),
      files: [],
      findings: [],
    });
  }
  return images;
}

/** Why the bytes of a TIFF are no pixels that could be read in place. */
function reason(image: TiffImage): string {
  if (image.encoding !== null) return REASONS[image.encoding];
  return image.hasOtherNodata ? "with a mask or sidecars" : `of ${formatSamples(image)}`;
}

const REASONS = {
  tiled: "of tiles",
  compressed: "with compression",
  sparse: "without some of its strips",
} as const;
