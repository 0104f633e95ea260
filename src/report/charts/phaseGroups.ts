import type { ShareName } from "../../evidence/summary";
import type { Lang, Text } from "../language";
import type { LegendItem } from "../legend";
import { makePattern, type Pattern, type PatternKind } from "./patterns";

/** Phases a reader tells apart; each phase of the records is in exactly one. */
export interface PhaseGroup {
  readonly id: string;
  readonly name: Text;
  readonly phases: readonly ShareName[];
  /** Okabe-Ito, light enough to write on where `ink` is dark. */
  readonly ground: string;
  /** Pattern lines. */
  readonly mark: string;
  readonly pattern: PatternKind;
  /** Text on it. */
  readonly ink: string;
}

export const PHASE_GROUPS: readonly PhaseGroup[] = [
  {
    id: "compute",
    name: { es: "cálculo", en: "compute" },
    phases: ["compute"],
    ground: "#0072b2",
    mark: "#0072b2",
    pattern: "plain",
    ink: "#ffffff",
  },
  {
    id: "read",
    name: { es: "lectura", en: "read" },
    phases: ["read", "decode"],
    ground: "#56b4e9",
    mark: "#1b6d9c",
    pattern: "diagonal",
    ink: "#1a1a1a",
  },
  {
    id: "ipc",
    name: { es: "comunicación (IPC)", en: "communication (IPC)" },
    phases: ["serialize", "send", "receive"],
    ground: "#f0a05f",
    mark: "#a04600",
    pattern: "cross",
    ink: "#1a1a1a",
  },
  {
    id: "merge",
    name: { es: "fusión", en: "merge" },
    phases: ["merge"],
    ground: "#cc79a7",
    mark: "#7c3a5e",
    pattern: "horizontal",
    ink: "#1a1a1a",
  },
  {
    id: "write",
    name: { es: "escritura", en: "write" },
    phases: ["write"],
    ground: "#7fcfb7",
    mark: "#00664b",
    pattern: "back",
    ink: "#1a1a1a",
  },
  {
    id: "start",
    name: { es: "arranque y cierre", en: "start and end" },
    phases: ["spawn", "init", "teardown"],
    ground: "#f0e442",
    mark: "#8a8100",
    pattern: "dots",
    ink: "#1a1a1a",
  },
  {
    id: "wait",
    name: { es: "espera", en: "wait" },
    phases: ["wait"],
    ground: "#e4e4e4",
    mark: "#8a8a8a",
    pattern: "vertical",
    ink: "#1a1a1a",
  },
  {
    id: "other",
    name: { es: "sin registrar", en: "not recorded" },
    phases: ["other"],
    ground: "#ffffff",
    mark: "#8a8a8a",
    pattern: "sparse",
    ink: "#1a1a1a",
  },
];

/** Group of every phase. */
export const GROUP_OF: Readonly<Record<ShareName, PhaseGroup>> = Object.fromEntries(
  PHASE_GROUPS.flatMap((group) => group.phases.map((phase) => [phase, group])),
) as Record<ShareName, PhaseGroup>;

/** A pattern a group, for the figure of that id. */
export function phasePatterns(figureId: string): ReadonlyMap<string, Pattern> {
  return new Map(
    PHASE_GROUPS.map(({ id, pattern, ground, mark }) => [
      id,
      makePattern(`${figureId}-${id}`, pattern, ground, mark),
    ]),
  );
}

export function phaseLegend(
  patterns: ReadonlyMap<string, Pattern>,
  present: ReadonlySet<string>,
  lang: Lang,
): LegendItem[] {
  return PHASE_GROUPS.filter((group) => present.has(group.id)).map((group) => ({
    shape: "swatch",
    color: patterns.get(group.id)!.fill,
    label: group.name[lang],
  }));
}
