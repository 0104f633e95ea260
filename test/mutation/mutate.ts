// Mutation testing by operators: changes the source of a room at one place at a time and sees whether a test of the fast
// suite turns red.
//   npm run mutate -- evidence [--count 60] [--seed 1]       prints killed, survived, and every survivor
// The working tree is left alone: each of two workers has a copy of dist/ in build/. Kernels are compiled again.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import * as ts from "typescript";
import { createRandom, shuffle } from "../../src/evidence/numbers";

const ROOT = join(__dirname, "../../..");
const AT_ONCE = 2;
/** A test that takes longer hangs: the mutant is killed. */
const LIMIT_SECONDS = 60;

/** Rooms, the files of each that are mutated, and the tests that must notice. */
const ROOMS: Readonly<Record<string, { readonly files: RegExp; readonly tests: readonly string[] }>> = {
  kernel: { files: /^kernel\/assembly\/(?!index)\w+\.ts$/, tests: ["test/kernel/"] },
  statistics: { files: /^statistics\//, tests: ["test/statistics/"] },
  io: { files: /^io\//, tests: ["test/io/", "test/pipeline/"] },
  evidence: { files: /^evidence\//, tests: ["test/evidence/", "test/report/"] },
};

/** One change of one file. */
export interface Mutant {
  /** Below src/. */
  readonly file: string;
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly before: string;
  readonly after: string;
}

const S = ts.SyntaxKind;
/** What an operator is changed to. */
const SWAPS = new Map<ts.SyntaxKind, string>([
  [S.PlusToken, "-"],
  [S.MinusToken, "+"],
  [S.AsteriskToken, "/"],
  [S.SlashToken, "*"],
  [S.LessThanToken, "<="],
  [S.LessThanEqualsToken, "<"],
  [S.GreaterThanToken, ">="],
  [S.GreaterThanEqualsToken, ">"],
  [S.EqualsEqualsEqualsToken, "!=="],
  [S.ExclamationEqualsEqualsToken, "==="],
  [S.EqualsEqualsToken, "!="],
  [S.ExclamationEqualsToken, "=="],
  [S.AmpersandAmpersandToken, "||"],
  [S.BarBarToken, "&&"],
  [S.PlusEqualsToken, "-="],
  [S.MinusEqualsToken, "+="],
]);

/** Every mutant of a source: operators, conditions, whole numbers, truth values, and Math.min for Math.max. */
export function findMutants(file: string, text: string): readonly Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const mutants: Mutant[] = [];
  const add = (node: ts.Node, after: string): void => {
    const from = node.getStart(source);
    const line = source.getLineAndCharacterOfPosition(from).line + 1;
    mutants.push({ file, line, from, to: node.end, before: node.getText(source), after });
  };
  const visit = (node: ts.Node): void => {
    // Types and messages are not what a test of values looks at.
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isNewExpression(node) && /Error$/.test(node.expression.getText(source))) return;
    if (ts.isThrowStatement(node)) return;
    if (ts.isBinaryExpression(node)) {
      const swap = SWAPS.get(node.operatorToken.kind);
      const isText = [node.left, node.right].some(
        (side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side),
      );
      if (swap !== undefined && !(isText && node.operatorToken.kind === S.PlusToken))
        add(node.operatorToken, swap);
    }
    if (ts.isIfStatement(node) || ts.isConditionalExpression(node)) {
      const condition = ts.isIfStatement(node) ? node.expression : node.condition;
      add(condition, `!(${condition.getText(source)})`);
    }
    if (ts.isNumericLiteral(node) && !ts.isEnumMember(node.parent)) add(node, `(${node.text} + 1)`);
    if (node.kind === S.TrueKeyword) add(node, "false");
    if (node.kind === S.FalseKeyword) add(node, "true");
    if (ts.isPropertyAccessExpression(node) && node.expression.getText(source) === "Math") {
      if (node.name.text === "min") add(node, "Math.max");
      if (node.name.text === "max") add(node, "Math.min");
      if (node.name.text === "floor") add(node, "Math.ceil");
      if (node.name.text === "ceil") add(node, "Math.floor");
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}

const run = promisify(execFile);

type Fate = "killed" | "survived" | "no program";

/** A copy of what tests need, in which one mutant at a time stands. */
class Bench {
  readonly #folder: string;

  constructor(name: string) {
    this.#folder = join(ROOT, "build", name);
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(join(this.#folder, "build"), { recursive: true });
    for (const entry of readdirSync(ROOT).filter((name) => !["dist", "build", "src"].includes(name))) {
      symlinkSync(join(ROOT, entry), join(this.#folder, entry));
    }
    for (const entry of ["dist", "src"])
      cpSync(join(ROOT, entry), join(this.#folder, entry), { recursive: true });
  }

  /** Whether the tests pass as long as nothing is changed. */
  isGreen(tests: readonly string[]): Promise<boolean> {
    return this.#succeeds(testWords(tests));
  }

  async try(mutant: Mutant, tests: readonly string[]): Promise<Fate> {
    const path = join(this.#folder, "src", mutant.file);
    const text = readFileSync(path, "utf8");
    const compiled = join(this.#folder, "dist/src", mutant.file.replace(/\.ts$/, ".js"));
    const isKernel = mutant.file.startsWith("kernel/assembly/");
    const target = isKernel ? join(this.#folder, "dist/src/kernel/kernelBytes.js") : compiled;
    const kept = readFileSync(target);
    writeFileSync(path, text.slice(0, mutant.from) + mutant.after + text.slice(mutant.to));
    try {
      const made = isKernel ? await this.#assemble() : transpile(readFileSync(path, "utf8"));
      if (made === null) return "no program";
      writeFileSync(target, made);
      return (await this.#succeeds(testWords(tests))) ? "survived" : "killed";
    } finally {
      writeFileSync(path, text);
      writeFileSync(target, kept);
    }
  }

  /** The kernels as build.mjs makes them; null where they do not compile. */
  async #assemble(): Promise<string | null> {
    const wasm = join(this.#folder, "build/kernel.wasm");
    const [, flags] =
      /kernel\.wasm " \+\n([\s\S]*?),\n/.exec(readFileSync(join(ROOT, "build.mjs"), "utf8")) ?? [];
    const given = [...(flags ?? "").matchAll(/"([^"]*)"/g)].map(([, part]) => part).join("");
    const words = `node_modules/assemblyscript/bin/asc.js src/kernel/assembly/index.ts --outFile ${wasm} ${given}`;
    const isMade = await this.#succeeds(words.trim().split(/\s+/));
    return isMade ? `exports.KERNEL_BASE64 = "${readFileSync(wasm, "base64")}";\n` : null;
  }

  #succeeds(words: readonly string[]): Promise<boolean> {
    return run(process.execPath, words, { cwd: this.#folder, maxBuffer: 1 << 28 }).then(
      () => true,
      () => false,
    );
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function testWords(tests: readonly string[]): readonly string[] {
  return ["dist/test/run.js", "--fast", "--limit", String(LIMIT_SECONDS), ...tests];
}

function transpile(text: string): string {
  const compilerOptions: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
  };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { count: { type: "string", default: "60" }, seed: { type: "string", default: "1" } },
  });
  const [name = ""] = positionals;
  const room = ROOMS[name];
  if (room === undefined)
    throw new Error(`found room "${name}", expected one of ${Object.keys(ROOMS).join(", ")}`);
  const all = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && room.files.test(file))
    .sort()
    .flatMap((file) => findMutants(file, readFileSync(join(ROOT, "src", file), "utf8")));
  const queue = shuffle(all, createRandom(Number(values.seed))).slice(0, Number(values.count));
  const fates: Record<Fate, Mutant[]> = { killed: [], survived: [], "no program": [] };
  const work = async (bench: Bench): Promise<void> => {
    if (!(await bench.isGreen(room.tests))) throw new Error(`${room.tests.join(" ")}: red before any change`);
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      fates[await bench.try(mutant, room.tests)].push(mutant);
    }
    bench.close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => work(new Bench(`mutation-${name}-${i}`))));
  const [killed, survived] = [fates.killed.length, fates.survived.length];
  const share = ((100 * killed) / (killed + survived)).toFixed(0);
  console.log(
    `${name}: ${killed} of ${killed + survived} killed (${share} %), of ${all.length} mutants in all; seed ${values.seed}`,
  );
  for (const { file, line, before, after } of fates.survived) {
    const short = (text: string): string => text.replace(/\s+/g, " ").slice(0, 80);
    console.log(`| ${file}:${line} | \`${short(before)}\` -> \`${short(after)}\` | |`);
  }
}

void main();
