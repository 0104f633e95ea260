// What the set-up says: short lines on stderr, colours only on a terminal.
const coloured = process.stderr.isTTY === true && (process.env.NO_COLOR ?? "") === "";
const paint = (code) => (text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);

export function say(line) {
  process.stderr.write(line + "\n");
}

/** Time since `begin` (performance.now()), as "(3.2 s)". */
export function seconds(begin) {
  return `(${((performance.now() - begin) / 1000).toFixed(1)} s)`;
}
