import type { Drawing, Missing } from "../drawing";
import type { Lang, Text } from "../language";
import type { ReportData } from "../reportData";

/** A figure of the informe. */
export interface Chart {
  /** Name of its files and anchors. */
  readonly id: string;
  /** Its name in the informe, and its anchor; `FF` is that of fused, which stands apart. */
  readonly figure: `F${number}` | "FF";
  readonly title: Text;
  /** How to read it, in two sentences. */
  readonly reading: Text;
  /** The picture, or why the records do not allow it. */
  draw(report: ReportData, lang: Lang): Drawing | Missing;
}
