import type { Lang } from "../numbers";
import { en } from "./en";
import { es } from "./es";

/** Every sentence of the report in one language: one that is missing, or is said of other facts, does not compile. */
export type Words = typeof es;

export const WORDS: Readonly<Record<Lang, Words>> = { es, en };
