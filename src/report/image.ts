import type { MapRecord, MapsRecord } from "../core/maps";
import type { Maps } from "../records/maps";
import { escapeXml } from "./html";
import type { Words } from "./words/words";

/** Maps with their scales, and what the script of the page needs to draw the series of a cell. */
export function mapsHtml({ record, pictures, cube: packed }: Maps, words: Words): string {
  const { image } = words.page;
  const { azimuth, range } = record.shape;
  const figures = record.maps.map((map, i) =>
    [
      `<figure class="map"><div class="cells" tabindex="0" role="img" aria-label="${escapeXml(describeMap(map, words))}">`,
      `<img src="data:image/png;base64,${pictures[i]!.toString("base64")}" alt="" width="${record.mapShape.range}" height="${record.mapShape.azimuth}"></div>`,
      scaleBar(map, words),
      `<figcaption>${escapeXml(describeMap(map, words))}</figcaption></figure>`,
    ].join(""),
  );
  const { cube } = record;
  const data = {
    dates: record.dates,
    azimuth: cube.shape.azimuth,
    range: cube.shape.range,
    low: cube.low,
    high: cube.high,
    label: image.seriesLabel,
    lang: words.lang,
    gzip: packed.toString("base64"),
  };
  const box = `${record.box.azimuth} × ${record.box.range}`;
  return [
    `<div class="maps">${figures.join("\n")}</div>`,
    `<p class="note">${escapeXml(image.caption(azimuth, range, record.dates.length, box))} ${escapeXml(describeEnl(record, words))}</p>`,
    `<p class="note script">${escapeXml(image.series)}</p>`,
    `<div class="series" aria-live="polite"></div>`,
    `<script type="application/json" class="cube">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>`,
  ].join("\n");
}

function describeMap({ title, noDataShare }: MapRecord, { lang, page }: Words): string {
  return noDataShare === 0 ? title[lang] : `${title[lang]}, ${page.image.noData(noDataShare)}`;
}

function scaleBar(map: MapRecord, { page, tick }: Words): string {
  const { units } = page.image;
  const unit = map.scale === "decibel" ? units.decibel : map.id === "count" ? units.count : units.linear;
  const round = (value: number): number => Number(value.toPrecision(3));
  const [low, high] = [tick(round(map.low)), tick(round(map.high))];
  return `<div class="scale" style="--ramp:${map.colours.join(",")}"><i></i><span>${low}</span><span>${escapeXml(unit)}</span><span>${high}</span></div>`;
}

/** Less than this is no sampling error of 1, the ENL of single-look speckle. */
const LEAST_OF_SPECKLE = 0.9;

function describeEnl({ enl: { overall } }: MapsRecord, { page }: Words): string {
  const { image, numbers } = page;
  if (overall === null) return image.enlMissing;
  const { enl, standardError } = overall;
  const decimals = Math.min(4, Math.max(0, 1 - Math.floor(Math.log10(standardError))));
  const told = `${numbers.number(enl, decimals)}\u00a0±\u00a0${numbers.number(standardError, decimals)}`;
  return image.enl(told) + (enl < LEAST_OF_SPECKLE ? ` ${image.texture}` : "");
}
