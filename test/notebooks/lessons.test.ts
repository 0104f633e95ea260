import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "./jupyter";

// What every lesson promises its reader; 90-informe is a report and not a lesson.

interface Cell {
  readonly isCode: boolean;
  readonly text: string;
}

const names = readdirSync(join(root, "notebooks")).filter((name) => /^0\d-.*\.ipynb$/.test(name));

function readCells(name: string): readonly Cell[] {
  const { cells } = JSON.parse(readFileSync(join(root, "notebooks", name), "utf8")) as {
    cells: { cell_type: string; source: string | string[] }[];
  };
  return cells.map(({ cell_type, source }) => ({
    isCode: cell_type === "code",
    text: [source].flat().join(""),
  }));
}

const codeOf = (name: string): readonly string[] =>
  readCells(name)
    .filter(({ isCode }) => isCode)
    .map(({ text }) => text);

/** Words of the prose of a cell: no headings, no rows of tables, no addresses. */
const countWords = (text: string): number =>
  text
    .replace(/^(#|\|).*$/gm, "")
    .replace(/\]\([^)]*\)/g, "]")
    .split(/\s+/)
    .filter((word) => /\p{L}|\d/u.test(word)).length;

test("there are five lessons", () => assert.is(names.length, 5));

for (const name of names) {
  test(`${name} asks a question, says what it is for and how long it takes, and ends with what to remember`, () => {
    const cells = readCells(name);
    assert.match(cells[0]!.text, /^# ¿.*\?\n\n\*Preguntas\*: .*\n\n\*Al final podrá\* .*\n\n\*Tiempo\*: /);
    assert.match(cells.at(-1)!.text, /^## Para recordar\n\n(- .*\n){3}/);
    const exercises = cells.filter(({ text }) => text.startsWith("## Ejercicios"));
    assert.is(exercises.length, 1);
    const solutions = exercises[0]!.text.match(
      /<details><summary>Solución<\/summary>\n\n[\s\S]*?\n\n<\/details>/g,
    );
    assert.ok(solutions !== null && solutions.length >= 2 && solutions.length <= 3);
    assert.is(solutions.length, exercises[0]!.text.match(/^\*\*\d\.\*\*/gm)?.length);
  });

  test(`${name}: an idea is at most 40 words and 10 lines of code, in at most 10 cells`, () => {
    const cells = readCells(name);
    const code = codeOf(name);
    assert.ok(code.length <= 10, `${code.length} cells of code`);
    assert.equal(
      code.filter(
        (text) => text.split("\n").length > 10 || text.split("\n").some((line) => line.length > 120),
      ),
      [],
    );
    const ideas = cells.slice(1).filter(({ isCode }, i) => !isCode && cells[i + 2]?.isCode);
    assert.equal(
      ideas.filter(({ text }) => countWords(text) > 40).map(({ text }) => `${countWords(text)}: ${text}`),
      [],
    );
  });

  test(`${name} begins with the same cell as all others`, () => {
    assert.is(codeOf(name)[0], codeOf(names[0]!)[0]);
  });
}

test.run();
