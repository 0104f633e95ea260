"use strict";
// The code of cells as tslab compiles it: traced to its source, with a `document`, complete where tslab loses a name.
const { SourceMap } = require("node:module");
const path = require("node:path");

/** Number and source of the running cell. */
let current = { count: 0, source: "" };

function beginCode(count, source) {
  current = { count, source };
}

/** Source and maps of every cell that ran, by its number. */
const compiled = new Map();
/** The file that tslab compiles every cell as. */
const CELL_FILE = "__tslab__.ts";
/** tslab puts one line before the source of a cell. */
const LINES_BEFORE = 1;
const INLINE_MAP = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

/**
 * TypeScript as tslab is to see it: it knows `document`, and the code of each cell carries the name of the cell and can
 * be traced to its source. tslab compiles twice, to ECMAScript modules and from there to CommonJS: two maps.
 */
function traceCells(typescript) {
  const { createWatchCompilerHost, transpileModule } = typescript;
  const globals = path.join(__dirname, "globals.d.ts");
  return {
    ...typescript,
    createWatchCompilerHost: (files, options, ...rest) => {
      const lib = [...options.lib, globals];
      return createWatchCompilerHost(files, { ...options, lib, inlineSourceMap: true }, ...rest);
    },
    ...completeShorthands(typescript),
    transpileModule: (code, { compilerOptions, ...settings }) => {
      const [comment, encoded] = INLINE_MAP.exec(code) ?? [""];
      const plain = code.slice(0, code.length - comment.length);
      const options = { ...compilerOptions, sourceMap: true };
      const { outputText, sourceMapText } = transpileModule(plain, { ...settings, compilerOptions: options });
      const first = encoded && JSON.parse(Buffer.from(encoded, "base64").toString());
      const output = outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
      if (!first?.sources[0]?.endsWith(CELL_FILE)) return { outputText: output };
      const maps = [JSON.parse(sourceMapText), first].map((map) => new SourceMap(map));
      compiled.set(current.count, { ...current, maps, lines: output.split("\n").length });
      return { outputText: `${output}//# sourceURL=celda-${current.count}\n` };
    },
  };
}

/** `{ a }` with an `a` of an earlier cell: tslab takes it for the name of a property alone and forgets the variable. */
function completeShorthands({ createWatchProgram, factory, isShorthandPropertyAssignment, visitEachChild }) {
  return {
    createWatchProgram: (host) => {
      const { afterProgramCreate } = host;
      host.afterProgramCreate = (builder) => {
        const checker = builder.getProgram().getTypeChecker();
        const { getSymbolAtLocation } = checker;
        checker.getSymbolAtLocation = (node) =>
          node.parent && isShorthandPropertyAssignment(node.parent)
            ? checker.getShorthandAssignmentValueSymbol(node.parent)
            : getSymbolAtLocation(node);
        afterProgramCreate(builder);
      };
      return createWatchProgram(host);
    },
    visitEachChild: (node, visitor, ...rest) => {
      if (!isShorthandPropertyAssignment(node)) return visitEachChild(node, visitor, ...rest);
      const value = visitor(node.name);
      return value === node.name ? node : factory.createPropertyAssignment(node.name.text, value);
    },
  };
}

/** Where in the source of its cell a place in compiled code comes from; null where that is not known. */
function findSource([, count, line, column]) {
  const cell = compiled.get(Number(count));
  if (cell === undefined || line > cell.lines) return null;
  let place = { originalLine: line - 1, originalColumn: column - 1 };
  for (const map of cell.maps) place = map.findEntry(place.originalLine, place.originalColumn);
  if (place.originalLine === undefined) return null;
  return { ...cell, line: place.originalLine + 1 - LINES_BEFORE, column: place.originalColumn + 1 };
}

/** A cell that fails when it runs has loaded its imports already: the cells after it may use them. */
function keepImports(converters, typescript) {
  const { createConverter } = converters;
  const importsOf = (declarations) => {
    const file = typescript.createSourceFile("d.ts", declarations, typescript.ScriptTarget.Latest);
    return file.statements.filter(typescript.isImportDeclaration).map((node) => node.getText(file));
  };
  converters.createConverter = (options) => {
    const converter = createConverter(options);
    // What the cell before declared; tslab forgets it where that cell failed.
    let last = "";
    const withImports = (declarations) => {
      const lost =
        declarations === last ? [] : importsOf(last).filter((text) => !declarations.includes(text));
      return [declarations, ...lost].join("\n");
    };
    return {
      ...converter,
      complete: (declarations, ...rest) => converter.complete(withImports(declarations), ...rest),
      inspect: (declarations, ...rest) => converter.inspect(withImports(declarations), ...rest),
      convert: (declarations, source) => {
        const converted = converter.convert(withImports(declarations), source);
        last = converted.declOutput ?? last;
        return converted;
      },
    };
  };
}

/** A place in compiled code, as V8 writes it in a stack: the name that `traceCells` gave, line, column. */
const CELL_FRAME = /\bcelda-(\d+):(\d+):(\d+)/;

/** The source line with its neighbours and a mark under the place. */
function excerpt({ count, source, line, column }) {
  const shown = source.split("\n").map((text, i) => ({ text, number: i + 1 }));
  const near = shown.filter(({ number }) => Math.abs(number - line) <= 1);
  const width = String(line + 1).length;
  const drawn = near.flatMap(({ text, number }) => {
    const head = `${number === line ? ">" : " "} ${String(number).padStart(width)} | `;
    return number === line
      ? [head + text, `  ${" ".repeat(width)} | ${" ".repeat(column - 1)}^`]
      : [head + text];
  });
  return [`celda [${count}], línea ${line}:`, ...drawn];
}

/** The same of a place in the running cell. */
function excerptOfRunning(line, column) {
  return excerpt({ ...current, line, column });
}

/** The place of a line of a stack within a cell: its text, and where that is in the source; nothing for other lines. */
function findFrame(stackLine) {
  const found = CELL_FRAME.exec(stackLine);
  return found === null ? {} : { text: found[0], place: findSource(found) };
}

module.exports = { beginCode, excerpt, excerptOfRunning, findFrame, keepImports, traceCells };
