import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import * as ts from "typescript";

/** The root of the package. */
export const ROOT = join(__dirname, "../../..");

/** Files that are, or would be, committed: what git knows and what it does not ignore. */
export function projectFiles(): string[] {
  const options = { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 } as const;
  return execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], options)
    .split("\0")
    .filter((name) => name !== "" && statSync(join(ROOT, name), { throwIfNoEntry: false })?.isFile());
}

export function readProjectFile(name: string): string {
  return readFileSync(join(ROOT, name), "utf8");
}

/** TypeScript sources below some folders; AssemblyScript is another language. */
export function sourceFiles(...folders: readonly string[]): string[] {
  return projectFiles().filter(
    (name) =>
      folders.some((folder) => name.startsWith(`${folder}/`)) &&
      name.endsWith(".ts") &&
      !/(^|\/)assembly\//.test(name),
  );
}

export function parseSource(name: string, text: string = readProjectFile(name)): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
}

/** One module that a file asks for, by any of the ways there are. */
export interface Import {
  readonly from: string;
  /** The word in the source: `../core/errors`, `geotiff`. */
  readonly specifier: string;
  /** Types are gone once compiled. */
  readonly typeOnly: boolean;
  /** At the top of the file, so loaded with it; false inside a function. */
  readonly eager: boolean;
}

/** Every import, re-export, require and import() of a file. */
export function importsOf(name: string, text?: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean, eager: boolean): void => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      found.push({ from: name, specifier: specifier.text, typeOnly, eager });
    }
  };
  const visit = (node: ts.Node, inFunction: boolean): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node), !inFunction);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly, !inFunction);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true, false);
    else if (ts.isCallExpression(node)) {
      const { expression } = node;
      const isRequire =
        (ts.isIdentifier(expression) && expression.text === "require") ||
        expression.kind === ts.SyntaxKind.ImportKeyword;
      if (isRequire) add(node.arguments[0], false, !inFunction);
    }
    ts.forEachChild(node, (child) => visit(child, inFunction || ts.isFunctionLike(node)));
  };
  visit(parseSource(name, text), false);
  return found;
}

function isTypeOnly({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  const { namedBindings, name } = importClause;
  if (importClause.isTypeOnly) return true;
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

/** The file a relative import leads to, relative to the root and without extension; null for a package. */
export function targetOf({ from, specifier }: Import): string | null {
  if (!specifier.startsWith(".")) return null;
  return relative(ROOT, resolve(ROOT, dirname(from), specifier));
}

/** The package of an import: `@resvg/resvg-js` of itself, `ajv` of `ajv/dist/2020`; null for Node's own and for files. */
export function packageOf({ specifier }: Import): string | null {
  if (specifier.startsWith(".") || specifier.startsWith("node:")) return null;
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
}
