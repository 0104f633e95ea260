// Executes the lessons in order and leaves their pages in reports/muestra/, for who wants to see before running.
//   npm run muestra
//   npm run informe -- --out reports/muestra/informe.html
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const notebooks = dirname(fileURLToPath(import.meta.url));
const root = dirname(notebooks);
const MOST_BYTES = 1.5e6;

function runPython(program, ...parameters) {
  const { status } = spawnSync(join(root, ".venv/bin/python"), [join(notebooks, program), ...parameters], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
}

const executed = mkdtempSync(join(tmpdir(), "pila-muestra-"));
process.on("exit", () => rmSync(executed, { recursive: true, force: true }));

for (const name of readdirSync(notebooks)
  .sort()
  .filter((file) => /^0\d-.*\.ipynb$/.test(file))) {
  const notebook = join(executed, name);
  const page = join(root, "reports/muestra", name.replace(".ipynb", ".html"));
  runPython("execute.py", join(notebooks, name), notebook);
  runPython("export.py", notebook, page);
  const html = readFileSync(page, "utf8")
    .replace('href="90-informe.ipynb"', 'href="informe.html"')
    .replace(/href="([\w-]+)\.ipynb"/g, 'href="$1.html"')
    .replace('href="parametros.json"', 'href="../../notebooks/parametros.json"');
  writeFileSync(page, html);
  const { size } = statSync(page);
  console.log(`${page}: ${Math.round(size / 1000)} kB`);
  if (size > MOST_BYTES) process.exitCode = 1;
}
