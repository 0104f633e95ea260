/** Mean advance of DejaVu Sans over the letters, digits and marks of labels, in ems. */
const MEAN_ADVANCE = 0.58;
const BOLD_ADVANCE = 0.66;

/** Width of a label in pixels, good to about a tenth: layout must work before anything is drawn. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  return [...text].length * fontSize * (bold ? BOLD_ADVANCE : MEAN_ADVANCE);
}

/** Breaks words into lines of at most `width` pixels; a longer word keeps a line of its own. */
export function wrapText(text: string, width: number, fontSize: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, fontSize) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
