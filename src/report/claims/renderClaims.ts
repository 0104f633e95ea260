import { escapeXml } from "../escapeXml";
import type { Lang, Text } from "../language";
import type { ClaimVerdict } from "./claim";
import type { EvaluatedClaim } from "./registry";

/** How every number below was made; stands once above the claims. */
const METHOD: Text = {
  es: "Tiempos: medianas de las corridas válidas sin trazas; el intervalo de una mediana es el exacto de rangos (n = 6: 96,9 %; n = 10: 97,9 %). Razones y aceleraciones: cociente de medianas de los mismos bloques, intervalo al 95 % por remuestreo de bloques pareados. Se afirma una diferencia sólo si el intervalo excluye al 1 y supera tanto el piso de ruido A/A como el 5 %. Las causas salen de la corrida con trazas de mediana duración, en segundos del trabajador que más calcula. 1 MB = 10⁶ bytes, 1 MiB = 2²⁰ bytes.",
  en: "Times: medians of the kept runs without spans; the interval of a median is the exact one of ranks (n = 6: 96.9%; n = 10: 97.9%). Ratios and speedups: quotient of medians over the same blocks, 95% interval by resampling paired blocks. A difference is claimed only where the interval excludes 1 and clears both the A/A noise floor and 5%. Causes come from the run with spans of median time, in seconds of the worker that computes most. 1 MB = 10⁶ bytes, 1 MiB = 2²⁰ bytes.",
};

const REFUSED: Text = { es: "No se afirma", en: "Not claimed" };
const FIGURE: Text = { es: "figura", en: "figure" };
const TABLE: Text = { es: "tabla", en: "table" };

/** `figura F2`, `tabla T1`. */
function wordFigure(figure: string, lang: Lang): string {
  return `${(figure.startsWith("T") ? TABLE : FIGURE)[lang]} ${figure}`;
}

/** A heading (level 3) and a list for each claim; figures are linked by their id. */
export function claimsToMarkdown(claims: readonly EvaluatedClaim[], lang: Lang): string {
  const line = (verdict: ClaimVerdict): string =>
    verdict.kind === "claim"
      ? `- ${escapeMarkdown(verdict.text[lang])} ([${wordFigure(verdict.figure, lang)}](#${verdict.figure}))`
      : `- *${REFUSED[lang]}: ${escapeMarkdown(verdict.reason[lang])}.*`;
  const sections = claims.map(
    ({ title, verdicts }) => `### ${title[lang]}\n\n${verdicts.map(line).join("\n")}\n`,
  );
  return `${METHOD[lang]}\n\n${sections.join("\n")}`;
}

/** A section of class `claim` for each claim; refusals are items of class `missing`; figures are linked by their id. */
export function claimsToHtml(claims: readonly EvaluatedClaim[], lang: Lang): string {
  const item = (verdict: ClaimVerdict): string =>
    verdict.kind === "claim"
      ? `<li data-rows="${verdict.rows.length}">${escapeXml(verdict.text[lang])} (<a href="#${verdict.figure}">${wordFigure(verdict.figure, lang)}</a>)</li>`
      : `<li class="missing">${REFUSED[lang]}: ${escapeXml(verdict.reason[lang])}.</li>`;
  const sections = claims.map(
    ({ id, title, verdicts }) =>
      `<section class="claim" id="claim-${id}">\n<h3>${escapeXml(title[lang])}</h3>\n<ul>\n${verdicts.map(item).join("\n")}\n</ul>\n</section>`,
  );
  return `<p class="method">${escapeXml(METHOD[lang])}</p>\n${sections.join("\n")}\n`;
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*<]/g, "\\$&");
}
