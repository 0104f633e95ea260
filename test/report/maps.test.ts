import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "fast-png";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { RecordError } from "../../src/core/errors";
import type { MapsRecord } from "../../src/core/maps";
import { encodePng } from "../../src/pipeline/picture";
import type { Drawing } from "../../src/report/drawing";
import type { Lang } from "../../src/report/language";
import { maps } from "../../src/report/maps";
import { renderPng } from "../../src/report/png";
import type { ReportData } from "../../src/report/reportData";
import { withFolder } from "../io/slcFile.fixture";

const SHAPE = { azimuth: 60, range: 120 };
const MAP = {
  scale: "decibel",
  percentiles: [2, 98],
  noDataShare: 0,
  colours: ["#000000", "#808080", "#ffffff"],
} as const;
const RECORD: MapsRecord = {
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
  cube: { file: "cube.u8.gz", shape: SHAPE, box: { azimuth: 1, range: 1 }, low: 0, high: 1 },
};

/** A run folder with these maps, the left half of each without data. */
function writeRun(folder: string, record: MapsRecord = RECORD): void {
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
  writeFileSync(join(folder, "maps/maps.json"), JSON.stringify(record));
}

function drawMaps(folder: string | null, lang: Lang): Drawing {
  const drawn = maps.draw({ folder } as ReportData, lang);
  if (drawn.kind === "missing") throw new Error(drawn.reason.en);
  return drawn;
}

test("the figure holds every PNG byte for byte, a bar of its colours, and needs nothing from outside", () =>
  withFolder((folder) => {
    writeRun(folder);
    const { svg } = drawMaps(folder, "es");
    for (const { file, colours, id } of RECORD.maps) {
      assert.ok(
        svg.includes(`data:image/png;base64,${readFileSync(join(folder, "maps", file)).toString("base64")}`),
        file,
      );
      const stops = new RegExp(`<linearGradient id="mapas-${id}"[^>]*>(.*?)</linearGradient>`).exec(svg)![1]!;
      assert.equal(
        [...stops.matchAll(/stop-color="(#\w+)"/g)].map((match) => match[1]),
        colours,
      );
      assert.ok(svg.includes(`fill="url(#mapas-${id})"`));
    }
    assert.not.match(svg.replace(/xmlns(:\w+)?="[^"]*"/g, ""), /https?:/);
  }));

test("hatching lies under every map, so that it shows where a map is transparent, and the legend says what it is", () =>
  withFolder((folder) => {
    writeRun(folder);
    const { svg } = drawMaps(folder, "es");
    assert.match(svg, />sin datos</);
    const hatched = [...svg.matchAll(/fill="url\(#mapas-vacio\)"/g)].map((match) => match.index);
    const pictures = [...svg.matchAll(/<image /g)].map((match) => match.index);
    assert.is(hatched.length, 1 + RECORD.maps.length, "legend and maps");
    pictures.forEach((at, i) => {
      assert.ok(hatched[i + 1]! < at && at < (hatched[i + 2] ?? svg.length));
    });
    writeRun(folder, { ...RECORD, maps: RECORD.maps.map((map) => ({ ...map, noDataShare: 0 })) });
    assert.not.match(drawMaps(folder, "es").svg, />sin datos</);
  }));

test("a PNG of the figure shows the colour of the maps and the hatching", () =>
  withFolder((folder) => {
    writeRun(folder);
    const { data, channels } = decode(renderPng(drawMaps(folder, "es").svg));
    let [mapped, hatched] = [0, 0];
    for (let i = 0; i < data.length; i += channels) {
      const [red, green, blue] = [data[i]!, data[i + 1]!, data[i + 2]!];
      if (green === 90 && blue === 200) mapped += 1;
      if (red > 150 && green < 60 && blue < 60) hatched += 1;
    }
    assert.ok(
      mapped > 50_000 && hatched > 10_000,
      `${mapped} pixels of the maps, ${hatched} of the hatching`,
    );
  }));

test("the caption tells units, every stretch, ENL with how it was measured, and the fitted Gamma, in both languages", () =>
  withFolder((folder) => {
    writeRun(folder);
    const es = drawMaps(folder, "es").caption;
    for (const words of [
      "|S|², sin calibrar",
      "media -12,3 a 7,9\u00a0dB (percentiles 2–98)",
      "CV 0,05 a 1,25 (percentiles 2–98)",
      "ENL por fecha = 13,52\u00a0±\u00a00,21, con 4x4 looks tomados",
      "140 ventanas de 16x16 celdas",
      "las 90 homogéneas",
      "(2 de 3 medibles): 12,8 a 14,1",
      "256 celdas de 20230121 en la región 16,16,32,48",
      "2 quedan fuera",
      "forma 9,87, escala 10,5",
    ]) {
      assert.ok(es.includes(words), `${words}: ${es}`);
    }
    const en = drawMaps(folder, "en").caption;
    for (const words of [
      "|S|², not calibrated",
      "mean -12.3 to 7.9\u00a0dB",
      "ENL of a date = 13.52\u00a0±\u00a00.21",
      "shape 9.87, scale 10.5",
    ]) {
      assert.ok(en.includes(words), `${words}: ${en}`);
    }
    const { svg } = drawMaps(folder, "es");
    assert.match(svg, /a\) media \(sin datos: 12,5/);
    assert.match(
      svg,
      /60 x 120 celdas .* 3 fechas, looks 4x4, recorte 60,120,0,0, un píxel del mapa promedia 2x2/,
    );
  }));

test("an ENL below 1 is called texture, and what could not be measured is said so", () =>
  withFolder((folder) => {
    const overall = { enl: 0.5, standardError: 0.013, windows: 210, homogeneous: 141 };
    writeRun(folder, { ...RECORD, enl: { ...RECORD.enl, overall } });
    assert.match(drawMaps(folder, "es").caption, /contienen textura o blancos, y el valor no mide looks/);
    writeRun(folder);
    assert.not.match(drawMaps(folder, "es").caption, /textura/);
    writeRun(folder, { ...RECORD, histogram: null, enl: { ...RECORD.enl, overall: null, regions: [] } });
    const { caption, svg } = drawMaps(folder, "es");
    assert.match(caption, /ENL: no hay ventanas suficientes/);
    assert.match(caption, /Sin histograma/);
    assert.not.match(svg, /densidad:/);
  }));

test("a run without maps has no figure, and a damaged maps.json or a lost picture is named", () =>
  withFolder((folder) => {
    for (const none of [null, folder])
      assert.is(maps.draw({ folder: none } as ReportData, "es").kind, "missing");
    writeRun(folder, { ...RECORD, maps: [{ ...RECORD.maps[0]!, file: "gone.png" }] });
    writeFileSync(
      join(folder, "maps/maps.json"),
      JSON.stringify({ ...RECORD, maps: [{ ...RECORD.maps[0]!, file: "lost.png" }] }),
    );
    for (const text of [null, "{", '{"schema": 2}']) {
      if (text !== null) writeFileSync(join(folder, "maps/maps.json"), text);
      try {
        drawMaps(folder, "es");
        assert.unreachable();
      } catch (error) {
        assert.instance(error, RecordError);
        assert.match(
          (error as Error).message,
          /maps\.json: found (no lost\.png|a file that is not JSON|schema 2)/,
        );
      }
    }
  }));

test.run();
