import { dirname, join } from "node:path";
import * as ts from "typescript";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "./sources.fixture";

const ENTRY = join(ROOT, "src/index.ts");

function openProgram(): ts.Program {
  const config = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  return ts.createProgram([ENTRY], { ...options, noEmit: true, incremental: false });
}

const program = openProgram();
const checker = program.getTypeChecker();

/** The symbols behind the names of index.ts. */
function publicSymbols(): ts.Symbol[] {
  const entry = checker.getSymbolAtLocation(program.getSourceFile(ENTRY)!)!;
  return checker
    .getExportsOfModule(entry)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
}

const MOST_NAMES = 35;

test(`there are at most ${MOST_NAMES} public names, and every one has a docstring`, () => {
  const symbols = publicSymbols();
  assert.ok(symbols.length > 20 && symbols.length <= MOST_NAMES, `${symbols.length} names`);
  const bare = symbols
    .filter((symbol) => symbol.getDocumentationComment(checker).length === 0)
    .map((symbol) => `${symbol.name} (${dirname(symbol.declarations?.[0]?.getSourceFile().fileName ?? "")})`);
  assert.equal(bare, []);
});

/** Whether an expression is an error of pila's own. */
function isPilaError(type: ts.Type): boolean {
  return type.symbol?.name === "PilaError" || (type.getBaseTypes() ?? []).some(isPilaError);
}

/** Whether calling a function may throw an error of pila's, by itself or by what it calls; caught ones do not count. */
function mayThrow(declaration: ts.Node | undefined, seen = new Set<ts.Node>()): boolean {
  if (declaration === undefined || seen.has(declaration) || declaration.getSourceFile().isDeclarationFile)
    return false;
  seen.add(declaration);
  const visit = (node: ts.Node): boolean => {
    if (ts.isTryStatement(node) && node.catchClause !== undefined) return visit(node.catchClause);
    if (ts.isThrowStatement(node) && isPilaError(checker.getTypeAtLocation(node.expression))) return true;
    if (ts.isCallExpression(node)) {
      const called = checker.getResolvedSignature(node)?.declaration;
      if (mayThrow(called, seen)) return true;
    }
    return ts.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  return ts.forEachChild(declaration, (child) => visit(child) || undefined) ?? false;
}

/** What the docstring of a function leaves out. */
function findGaps(node: ts.FunctionDeclaration): string[] {
  const isVoid = node.type?.kind === ts.SyntaxKind.VoidKeyword;
  const tags = ts.getJSDocTags(node);
  const has = (tag: string): boolean =>
    tags.some(({ tagName, comment }) => tagName.text === tag && comment !== undefined);
  const gaps = node.parameters.filter((each) => ts.getJSDocParameterTags(each)[0]?.comment === undefined);
  return [
    ...gaps.map((each) => `@param ${each.name.getText()}`),
    ...(isVoid || has("returns") ? [] : ["@returns"]),
    ...(has("throws") || !mayThrow(node) ? [] : ["@throws"]),
  ].map((gap) => `${node.name?.text}: ${gap}`);
}

const publicFunctions = publicSymbols().flatMap((symbol) =>
  (symbol.declarations ?? []).filter(ts.isFunctionDeclaration),
);

test("every public function tells its parameters, its result and the errors of pila it throws", () => {
  assert.ok(publicFunctions.length > 20);
  assert.equal(publicFunctions.flatMap(findGaps), []);
});

test("errors that are thrown further down are seen, and none where there are none", () => {
  const throwing = publicFunctions.filter((node) => mayThrow(node)).map((node) => node.name!.text);
  for (const name of ["cuaderno", "findBackend", "readPlane"]) assert.ok(throwing.includes(name), name);
  for (const name of ["rows", "cellSignal"]) assert.not.ok(throwing.includes(name), name);
});

test("public functions have written-out return types", () => {
  const inferred = publicSymbols().filter((symbol) =>
    symbol.declarations?.some((node) => ts.isFunctionDeclaration(node) && node.type === undefined),
  );
  assert.equal(
    inferred.map((symbol) => symbol.name),
    [],
  );
});

test("a cell may keep what a public function returns: its type has a name outside of its file", () => {
  const cell = join(ROOT, "test/cell.ts");
  const functions = publicFunctions.map((node) => node.name!.text);
  const source = [
    'import * as pila from "../src/index";',
    "declare function call<F extends (...given: never[]) => unknown>(f: F): Awaited<ReturnType<F>>;",
    ...functions.map((name) => `export const of_${name} = call(pila.${name});`),
  ].join("\n");
  const options = { ...program.getCompilerOptions(), rootDir: ROOT };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === cell ? ts.createSourceFile(name, source, ts.ScriptTarget.Latest) : getSourceFile(name, ...rest);
  const cells = ts.createProgram([cell], options, host, program);
  const found = cells.getDeclarationDiagnostics(cells.getSourceFile(cell));
  assert.equal(
    found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")),
    [],
  );
});

test("declarations name no typed array by its buffer: those types differ between TypeScript versions", () => {
  const found: string[] = [];
  program.emit(
    undefined,
    (name, text) => {
      if (name.endsWith(".d.ts") && /Array<ArrayBuffer(?:Like)?>/.test(text)) found.push(name);
    },
    undefined,
    true,
  );
  assert.equal(found, []);
});

test.run();
