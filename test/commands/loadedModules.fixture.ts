// Preloaded by --require: writes the address of every module a process and its children load to a file, a line each.
import { appendFileSync } from "node:fs";
import { register } from "node:module";

const file = process.env.PILA_LOADED_FILE!;
const hook = `
import { appendFileSync } from "node:fs";
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  appendFileSync(${JSON.stringify(file)}, found.url + "\\n");
  return found;
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
process.on("exit", () =>
  appendFileSync(
    file,
    Object.keys(require.cache)
      .map((name) => `${name}\n`)
      .join(""),
  ),
);
