/** What the report is written in. */
export const LANGUAGES = ["es", "en"] as const;
export type Lang = (typeof LANGUAGES)[number];

/** One text in every language. */
export type Text = Readonly<Record<Lang, string>>;
