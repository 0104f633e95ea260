// Images that GDAL decodes: what is not plain bytes. Its library is loaded only where a folder needs it.
import { FormatError, fault, RealBandError } from "../../core/errors";
import { type Finding, finding } from "../../core/findings";
import { requireImageSize } from "../../core/raster";
import { dateAmong, dateIn, polarisationIn } from "../names";
import { nodataPixel } from "../tiff";
import type { DescribedImage, SlcFormat } from "./description";

/**
 * The complex images of a file, subdataset by subdataset and band by band, or its real ones.
 * @param what the format and why GDAL is needed, for messages, such as `a TIFF of tiles`
 * @throws RealBandError complex ones are wanted and none is there
 * @throws FormatError there is no libgdal, or it does not read the file
 */
export function describeByGdal(
  file: { readonly path: string; readonly name: string },
  what: string,
  kind: "complex64" | "float32" = "complex64",
): readonly DescribedImage[] {
  const { openGdal } = requireGdal(file.name, what);
  const outer = openGdal(file.path);
  const { subdatasets } = outer;
  const isContainer = subdatasets.size > 0 && outer.bandCount === 0;
  const images: DescribedImage[] = [];
  let other = "no image";
  // HDF5 says of each whether it is complex, and may hold hundreds that are not.
  const names = isContainer
    ? [...subdatasets].flatMap(([name, text]) => (kind === "float32" || /complex/i.test(text) ? [name] : []))
    : [file.path];
  outer.close();
  for (const name of names) {
    const dataset = openGdal(file.path, name);
    try {
      requireImageSize(file.name, dataset.shape);
      for (let band = 1; band <= dataset.bandCount; band++) {
        const found = dataset.band(band);
        if (found.kind !== kind) {
          other = found.type;
          continue;
        }
        const metadata = ["", "slc"].flatMap((domain) => Object.entries(dataset.metadata(band, domain)));
        const inside = isContainer ? name.replace(/^\w+:.*":?\/?(?=\/)/, "") : null;
        const isAlone = dataset.bandCount === 1;
        const bandLabel = isAlone ? [] : [found.description === "" ? `band ${band}` : found.description];
        const labels = [...(inside === null ? [] : [inside]), ...bandLabel];
        const date = dateAmong([...metadata, ...Object.entries(dataset.metadata())]);
        images.push({
          source: {
            by: "gdal",
            path: file.path,
            dataset: name,
            band,
            driver: dataset.driver,
            kind,
            shape: dataset.shape,
            nodata: nodataPixel(found.nodata),
            wholeNumbers: /Int|Byte/.test(found.type),
            blockShape: found.blockShape,
            hasMask: found.mask === "pixels",
          },
          band,
          label: labels.length === 0 ? null : labels.join(" "),
          date: (isAlone ? undefined : dateIn(found.description)?.day) ?? date,
          polarisation: polarisationIn(`${inside ?? ""} ${found.description}`),
          files: [],
          findings: roundingFindings(file.name, found.type, kind),
        });
      }
    } finally {
      dataset.close();
    }
  }
  if (images.length > 0) return images;
  if (other !== "no image") throw new RealBandError(file.name, other);
  throw fault(file.name, `found ${what} without a complex image, expected one; name another file`);
}

const SIGNATURE = Buffer.from("\x89HDF\r\n\x1a\n", "latin1");

/**
 * The complex images of an HDF5 file, such as `/data/VV` of OPERA's CSLC or `…/frequencyA/HH` of NISAR's RSLC, by GDAL.
 * @see https://docs.hdfgroup.org/hdf5/develop/_f_m_t3.html (the signature stands at 0, or behind a block of 512, 1024, …)
 */
export const hdf5: SlcFormat = {
  title: "HDF5",
  files: "HDF5",
  describe(file) {
    const isHdf5 = [0, 512, 1024, 2048].some((at) => file.head.subarray(at, at + 8).equals(SIGNATURE));
    return isHdf5 ? describeByGdal(file, "an HDF5 file") : null;
  },
};

/** Numbers of more digits than float32 holds are rounded, and that is said. */
function roundingFindings(path: string, type: string, kind: string): readonly Finding[] {
  if (!/^C?U?(Float64|Int32)$/.test(type)) return [];
  return [finding("rounded", path, [], type, { type }, kind)];
}

type Binding = typeof import("../gdal");

/** Whether a libgdal can be loaded here. */
export function hasGdal(): boolean {
  try {
    (require("../gdal") as Binding).gdalVersion();
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

function requireGdal(path: string, what: string): Binding {
  const binding = require("../gdal") as Binding;
  try {
    binding.gdalVersion();
    return binding;
  } catch (cause) {
    // "found no libgdal, expected …; run npm run setup"
    const [missing, remedy] = (cause as Error).message.split(/, expected .*; /);
    throw fault(
      path,
      `found ${what} and ${missing?.replace(/^found /, "")}, expected plain bytes or GDAL's library; ${remedy}`,
      { cause },
    );
  }
}
