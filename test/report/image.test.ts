import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { RecordError } from "../../src/core/errors";
import { readMaps } from "../../src/records/maps";
import { mapsHtml } from "../../src/report/image";
import type { Lang } from "../../src/report/numbers";
import { speckle } from "../../src/report/plots/speckle";
import type { ReportData } from "../../src/report/reportData";
import { WORDS } from "../../src/report/words/words";
import { withFolder } from "../io/slcFile.fixture";
import { RECORD, writeRun } from "./image.fixture";

function htmlOf(folder: string, lang: Lang = "es"): string {
  return mapsHtml(readMaps(folder)!, WORDS[lang]).replaceAll("\u00a0", " ");
}

test("the section holds every PNG byte for byte, a bar of its colours with both ends, and needs nothing from outside", () =>
  withFolder((folder) => {
    writeRun(folder);
    const html = htmlOf(folder);
    for (const { file, colours } of RECORD.maps) {
      assert.ok(html.includes(readFileSync(join(folder, "maps", file)).toString("base64")), file);
      assert.ok(html.includes(`--ramp:${colours.join(",")}`));
    }
    assert.match(html, "<span>-12,3</span><span>dB, sin calibrar</span><span>7,89</span>");
    assert.match(html, "<span>0,05</span><span>sin unidad</span><span>1,25</span>");
    assert.match(html, "media, sin datos: 13 %");
    assert.not.match(html, /https?:/);
  }));

test("the caption tells cells, dates, averaging and ENL, in both languages", () =>
  withFolder((folder) => {
    writeRun(folder);
    assert.match(
      htmlOf(folder),
      "60 × 120 celdas, 3 fechas; un píxel del mapa promedia 2 × 2. Número equivalente de looks de una fecha: 13,52 ± 0,21.",
    );
    assert.match(htmlOf(folder, "en"), "Equivalent number of looks of a date: 13.52 ± 0.21.");
    const overall = { enl: 0.5, standardError: 0.013, windows: 210, homogeneous: 141 };
    writeRun(folder, { ...RECORD, enl: { ...RECORD.enl, overall } });
    assert.match(htmlOf(folder), "Por debajo de 1 no es speckle puro");
    writeRun(folder, { ...RECORD, enl: { ...RECORD.enl, overall: null, regions: [] } });
    assert.match(htmlOf(folder), "No hay ventanas sin huecos");
  }));

test("the histogram against its Gamma: the cells of each bar, and as many expected in all", () =>
  withFolder((folder) => {
    writeRun(folder);
    const rows = speckle.rows({ folder } as ReportData);
    assert.equal(
      rows.map(({ low, high, cells }) => [low, high, cells]),
      [
        [0, 50, 10],
        [50, 100, 120],
        [100, 150, 100],
        [150, 200, 24],
      ],
    );
    // Gamma of shape 9.87 and scale 10.5: P(X < 200) by SciPy's gamma.cdf.
    const expected = rows.reduce((sum, row) => sum + row.expected, 0);
    assert.ok(Math.abs(expected / 256 - 0.99221) < 0.0005, String(expected / 256));
    writeRun(folder, { ...RECORD, histogram: null });
    assert.equal(speckle.rows({ folder } as ReportData), []);
  }));

test("a run without maps has none, and a damaged maps.json or a lost picture is named", () =>
  withFolder((folder) => {
    assert.is(readMaps(folder), null);
    writeRun(folder);
    writeFileSync(
      join(folder, "maps/maps.json"),
      JSON.stringify({ ...RECORD, maps: [{ ...RECORD.maps[0]!, file: "lost.png" }] }),
    );
    for (const text of [null, "{", '{"schema": 2}']) {
      if (text !== null) writeFileSync(join(folder, "maps/maps.json"), text);
      try {
        readMaps(folder);
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
