import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { projectFiles, readProjectFile } from "./sources.fixture";

const [english, spanish] = ["README.md", "README.es.md"].map(readProjectFile) as [string, string];

function all(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[0]);
}

test("both READMEs have the same code blocks, commands, sections and rows", () => {
  for (const [what, pattern] of [
    ["code blocks", /^```[^\n]*\n.*?^```$/gms],
    ["commands in tables", /(?<=^\|.*)`(?:pila|mpiexec|python) [^`\n]*`/gm],
    ["npm lines", /`(npm run [^`]*)`/g],
  ] as const) {
    assert.ok(all(english, pattern).length > 0, what);
    assert.equal(all(spanish, pattern), all(english, pattern), what);
  }
  for (const pattern of [/^#+ /gm, /^\|/gm])
    assert.is(all(spanish, pattern).length, all(english, pattern).length);
});

test("every link of the READMEs leads to a file of the project", () => {
  const files = projectFiles();
  for (const text of [english, spanish]) {
    const links = all(text, /\]\(((?!https?:|#)[^)]+)\)/g);
    assert.ok(links.length > 5);
    for (const link of links)
      assert.ok(files.includes(link) && existsSync(join(__dirname, "../../..", link)), link);
  }
});

test.run();
