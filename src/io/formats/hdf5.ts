import type { SlcFormat } from "./description";
import { describeByGdal } from "./gdal";

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
