import type { Lang, Text } from "../language";
import { type Numbers, numbersOf } from "./numbers";

/** A text whose numbers are written as each language writes them. */
export function say(build: {
  readonly es: (numbers: Numbers) => string;
  readonly en: (numbers: Numbers) => string;
}): Text {
  return { es: build.es(numbersOf("es")), en: build.en(numbersOf("en")) };
}

/** The texts one after the other, with a space between. */
export function joinTexts(texts: readonly Text[]): Text {
  const join = (lang: Lang): string => texts.map((text) => text[lang]).join(" ");
  return { es: join("es"), en: join("en") };
}
