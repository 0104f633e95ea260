import type { Missing } from "../drawing";
import type { Lang, Text } from "../language";
import type { ReportData } from "../reportData";

/** A cell: as it is read, and the value behind it (null: not known). */
export interface Cell {
  readonly text: string;
  readonly value: string | number | null;
}

export interface Column {
  /** Key in `toRecords`: ASCII, no spaces. */
  readonly id: string;
  readonly name: string;
  /** Numbers stand at the right. */
  readonly numeric: boolean;
}

/** A table as plain data. The first cell of a row names it. */
export interface Table {
  readonly id: string;
  readonly title: string;
  /** Units, number of runs, interval method, base seconds, machine. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A table of the informe. */
export interface TableMaker {
  readonly id: string;
  readonly figure: `T${number}`;
  readonly title: Text;
  /** How to read it, in two sentences. */
  readonly reading: Text;
  make(report: ReportData, lang: Lang): Table | Missing;
}

export function textCell(text: string): Cell {
  return { text, value: text };
}

/** A number in its own words; a dash where it is not known. */
export function numberCell(value: number | null, format: (value: number) => string): Cell {
  return { text: value === null ? "—" : format(value), value };
}
