import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { MapsRecord } from "../../src/core/maps";
import { encodePng } from "../../src/pipeline/picture";

const SHAPE = { azimuth: 60, range: 120 };
const MAP = {
  scale: "decibel",
  percentiles: [2, 98],
  noDataShare: 0,
  colours: ["#000000", "#808080", "#ffffff"],
} as const;
/** maps.json of a run of three dates. */
export const RECORD: MapsRecord = {
  schema: 1,
  shape: SHAPE,
  crop: "60,120,0,0",
  looks: "4x4",
  dates: ["20230105", "20230121", "20230206"],
  mapShape: { azimuth: 30, range: 60 },
  box: { azimuth: 2, range: 2 },
  maps: [
    {
      ...MAP,
      id: "mean",
      file: "mean.png",
      title: { es: "media", en: "mean" },
      low: -12.34,
      high: 7.89,
      noDataShare: 0.125,
    },
    {
      ...MAP,
      id: "cv",
      file: "cv.png",
      title: { es: "CV", en: "CV" },
      low: 0.05,
      high: 1.25,
      scale: "linear",
      colours: ["#00204d", "#ffea46"],
    },
  ],
  enl: {
    side: 16,
    overall: { enl: 13.52, standardError: 0.21, windows: 140, homogeneous: 90 },
    regions: [
      {
        window: { ...SHAPE, azimuthOffset: 0, rangeOffset: 0 },
        estimate: { enl: 12.8, standardError: 1, windows: 40, homogeneous: 20 },
      },
      {
        window: { ...SHAPE, azimuthOffset: 0, rangeOffset: 0 },
        estimate: { enl: 14.1, standardError: 1, windows: 40, homogeneous: 20 },
      },
      { window: { ...SHAPE, azimuthOffset: 0, rangeOffset: 0 }, estimate: null },
    ],
  },
  histogram: {
    date: "20230121",
    window: { azimuth: 16, range: 16, azimuthOffset: 32, rangeOffset: 48 },
    samples: 256,
    outside: 2,
    edges: [0, 50, 100, 150, 200],
    counts: [10, 120, 100, 24],
    gamma: { shape: 9.87, scale: 10.5 },
  },
  cube: {
    file: "cube.u8.gz",
    shape: { azimuth: 2, range: 2 },
    box: { azimuth: 30, range: 60 },
    low: 0,
    high: 254,
  },
};

/** A run folder with these maps, the left half of each without data. */
export function writeRun(folder: string, record: MapsRecord = RECORD): void {
  mkdirSync(join(folder, "maps"), { recursive: true });
  const { mapShape } = record;
  const levels = Uint8Array.from({ length: mapShape.azimuth * mapShape.range }, (_, i) =>
    i % mapShape.range < mapShape.range / 2 ? 0 : 1,
  );
  record.maps.forEach(({ file }, i) => {
    const palette = [
      [0, 0, 0, 0],
      [40 * i, 90, 200, 255],
    ] as const;
    writeFileSync(
      join(folder, "maps", file),
      encodePng({ shape: mapShape, levels, palette, description: "" }),
    );
  });
  writeFileSync(
    join(folder, "maps", record.cube.file),
    gzipSync(Uint8Array.from({ length: 12 }, (_, i) => 1 + i)),
  );
  writeFileSync(join(folder, "maps/maps.json"), JSON.stringify(record));
}
