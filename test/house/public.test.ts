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

test("every public name has a docstring", () => {
  const symbols = publicSymbols();
  assert.ok(symbols.length > 20);
  const bare = symbols
    .filter((symbol) => symbol.getDocumentationComment(checker).length === 0)
    .map((symbol) => `${symbol.name} (${dirname(symbol.declarations?.[0]?.getSourceFile().fileName ?? "")})`);
  assert.equal(bare, []);
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
