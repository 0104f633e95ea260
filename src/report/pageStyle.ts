import { FIGURE_CSS } from "./figure";

/** Sections of the informe wherever they stand: the page of nbconvert and the cells of a notebook. */
export const PAGE_CSS = `
.pila { --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 76%, transparent); --tint: color-mix(in srgb, currentColor 5%, transparent); font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; line-height: 1.5; }
.pila h1 { margin: .4rem 0 .5rem; font-size: clamp(1.55rem, 1.1rem + 2vw, 2.3rem); line-height: 1.16; letter-spacing: -.015em; text-wrap: balance; }
.pila h2 { margin: 2.4rem 0 .7rem; padding-top: .9rem; border-top: 1px solid var(--line); font-size: 1.4rem; }
.pila h2 + .chart { margin-top: .2rem; }
.pila h3 { margin: 1.2rem 0 .3rem; font-size: 1.08rem; }
.pila p { margin: .3rem 0 .7rem; max-width: 44rem; }
.pila small { opacity: .62; font-size: .8em; }
.pila .facts { max-width: none; margin: 0 0 1rem; color: var(--soft); font-size: .92rem; }
.pila .strip { margin: 0 0 1rem; padding: .5rem .9rem; border-left: 4px solid #b45309; background: color-mix(in srgb, #b45309 11%, transparent); list-style: none; font-size: .92rem; }
.pila .cards { display: grid; grid-template-columns: repeat(4, 1fr); gap: .8rem; margin: 0 0 1rem; }
.pila .card { display: flex; flex-direction: column; gap: .1rem; padding: .7rem .85rem; border: 1px solid var(--line); border-radius: 8px; background: var(--tint); color: inherit; text-decoration: none; }
.pila .card:hover { border-color: currentColor; }
.pila .card span { font-size: .8rem; line-height: 1.3; color: var(--soft); }
.pila .card strong { font-size: 1.22rem; line-height: 1.25; overflow-wrap: anywhere; }
.pila .points { margin: 0 0 .4rem; padding-left: 1.1rem; }
.pila .points li { margin: .18rem 0; }
.pila .points a { color: inherit; text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: .2em; }
.pila a:focus-visible, .pila summary:focus-visible, .pila [tabindex]:focus-visible, .pila button:focus-visible { outline: 2px solid #4a86d8; outline-offset: 2px; }
.pila code { font: .86em ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.pila .command { max-width: none; padding: .55rem .8rem; background: var(--tint); border-radius: 6px; font-size: .92rem; }
.pila .copy { display: none; margin-left: .5rem; padding: .1rem .6rem; border: 1px solid var(--line); border-radius: 5px; background: none; color: inherit; font: inherit; font-size: .85em; cursor: pointer; }
.pila.scripted .copy { display: inline-block; }
.pila .note, .pila .missing { color: var(--soft); font-size: .88rem; }
.pila .script { display: none; }
.pila.scripted .script { display: block; }
.pila details { margin: .35rem 0; }
.pila summary { width: auto; cursor: pointer; padding: .25rem 0; font: inherit; letter-spacing: 0; color: inherit; overflow-wrap: anywhere; }
.pila .chart summary { font-size: .86rem; }
.pila .chart figcaption { color: var(--soft); }
.pila details.cause { border: 1px solid var(--line); border-radius: 6px; padding: .2rem .8rem; }
.pila details.cause[open] { padding-bottom: .7rem; }
.pila .scroll { overflow-x: auto; margin: .6rem 0 1rem; }
.pila table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
.pila caption { padding: 0 0 .4rem; text-align: left; color: var(--soft); font-size: .86rem; }
.pila th, .pila td { padding: .32rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; font-weight: 400; white-space: normal; }
.pila thead th { font-weight: 650; }
.pila tbody th { font-weight: 600; }
.pila .num { text-align: right; white-space: nowrap; }
.pila td.faster { font-weight: 650; color: var(--pila-faster, #1a7f37); }
.pila td.slower { color: var(--pila-slower, #b3261e); }
.pila .wide table { font-size: .8rem; }
.pila .wide td small { display: block; }
.pila .wide th, .pila .wide td { padding: .3rem .35rem; }
.pila dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .2rem 1rem; margin: .4rem 0; font-size: .92rem; }
.pila dt { font-weight: 600; }
.pila dd { margin: 0; overflow-wrap: anywhere; }
.pila .maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: 1rem 1.2rem; margin: .6rem 0; }
.pila .map { margin: 0; min-width: 0; }
.pila .cells { position: relative; background: repeating-linear-gradient(45deg, #b2222233 0 3px, transparent 3px 9px); cursor: crosshair; }
.pila .cells img { display: block; width: 100%; height: auto; max-height: 26rem; image-rendering: pixelated; }
.pila .cells i { position: absolute; width: 13px; height: 13px; margin: -7px 0 0 -7px; border: 2px solid #fff; outline: 2px solid #d55e00; border-radius: 50%; pointer-events: none; }
.pila .scale { display: grid; grid-template-columns: 1fr auto 1fr; gap: 0 .5rem; margin: .3rem 0 0; font-size: .78rem; color: var(--soft); }
.pila .scale i { grid-column: 1 / -1; height: .6rem; background: linear-gradient(to right, var(--ramp)); print-color-adjust: exact; }
.pila .scale span:last-child { text-align: right; }
.pila .map figcaption { font-size: .86rem; }
.pila .series svg { display: block; width: 100%; max-width: 44rem; height: auto; font: 12px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { .pila { --pila-faster: #4cc66d; --pila-slower: #ff8a80; } }
@media (max-width: 640px) {
  .pila .cards { grid-template-columns: repeat(2, 1fr); gap: .5rem; }
  .pila .card { padding: .5rem .6rem; }
  .pila .card strong { font-size: 1.05rem; }
  .pila .points, .pila .facts { font-size: .92rem; }
  .pila dl { grid-template-columns: 1fr; }
  .pila dd { margin-bottom: .4rem; }
  .pila table { font-size: .82rem; }
  .pila td, .pila th { padding: .3rem .22rem; overflow-wrap: anywhere; }
  .pila .num { white-space: normal; }
  .pila td small { display: block; white-space: nowrap; }
}
@media screen and (max-width: 900px) {
  .pila .wide table, .pila .wide tbody, .pila .wide tr, .pila .wide th, .pila .wide td, .pila .wide caption { display: block; text-align: left; }
  .pila .wide thead { display: none; }
  .pila .wide td { display: flex; justify-content: space-between; gap: 1rem; border: 0; }
  .pila .wide td::before { content: attr(data-name); color: var(--soft); }
  .pila .wide td small { margin-left: auto; }
}
@media print {
  .pila .copy, .pila .script, .pila .series { display: none; }
  .pila details::details-content { content-visibility: visible; block-size: auto; }
  .pila { font-size: 9.2pt; }
  .pila h2 { margin-top: 1.1rem; }
  .pila h2, .pila h3, .pila summary, .pila .subtitle, .pila .keys { break-after: avoid; }
  .pila .chart { break-inside: auto; margin: .7rem 0; }
  .pila .chart svg { break-inside: avoid; max-height: 84mm; }
  .pila tr, .pila .cards, .pila .map { break-inside: avoid; }
  .pila .scroll { overflow: visible; }
  .pila table { font-size: 8pt; }
  .pila .wide table { font-size: 7pt; }
  .pila th, .pila td { padding: .12rem .3rem; }
  .pila .maps { grid-template-columns: repeat(4, 1fr); }
  .pila dl { font-size: 8pt; }
  .pila details.cause > ul, .pila details.cause details ul { columns: 2; }
}
${FIGURE_CSS}`;
