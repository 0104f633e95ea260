/** What the report is written in. */
export const LANGUAGES = ["es", "en"] as const;
export type Lang = (typeof LANGUAGES)[number];

/** One text in every language. */
export type Text = Readonly<Record<Lang, string>>;

/** BCP 47 tag that numbers are written by. */
export const LOCALES: Readonly<Record<Lang, string>> = { es: "es-AR", en: "en-US" };
