import { join } from "node:path";
import { cropFolder, flatFolder, LOOKS, slcFiles, WORKERS, type Workbench } from "./workbench";

/** What a program leaves behind: a mean and a std, or a folder of crops. Removed before each run, outside its time. */
export type Product =
  | { readonly kind: "statistics"; readonly mean: string; readonly std: string }
  | { readonly kind: "crops"; readonly folder: string };

/** One side of a comparison: processes that run one after the other and whose times add up. */
export interface Program {
  readonly name: string;
  readonly steps: readonly (readonly string[])[];
  readonly product: Product;
  /** What it writes on the way besides the product. */
  readonly between: readonly string[];
}

/** Two programs that do the same work (or, with `sameWork` false, more and less of it), timed in turns. */
export interface Comparison {
  readonly row: number;
  readonly figure: string;
  /** The ratio of medians, ours / theirs, is wanted at or below this. */
  readonly goal: number;
  readonly ours: Program;
  readonly theirs: Program;
  /** Every file that either side reads. */
  readonly inputs: readonly string[];
  readonly cache: "warm" | "cold";
  readonly sameWork: boolean;
}

/** The same pila command with the spans of its workers recorded. */
export function traced(program: Program, file: string): Program {
  return {
    ...program,
    name: `${program.name}, spans recorded`,
    steps: program.steps.map((step) => [...step, "--trace", file]),
    between: [...program.between, file],
  };
}

/** Paths of everything a program writes. */
export function writtenBy(program: Program): readonly string[] {
  const { product } = program;
  const last = product.kind === "statistics" ? [product.mean, product.std] : [product.folder];
  return [...last, ...program.between];
}

/** The command lines of both sides, on the data of one workbench. */
export interface Programs {
  /** @param crop rows,cols,row0,col0 in cells; null for the whole image */
  fused(dates: number, crop: string | null): Program;
  prep(dates: number): Program;
  stats(backend: string, dates: number): Program;
  cFused(dates: number): Program;
  pythonPrep(dates: number): Program;
  pythonStats(script: string, dates: number): Program;
  /** The user's chain: crops of every date, then one process for mean and std. */
  pythonChain(dates: number): Program;
  /** One of the one-pass programs in Python. */
  pythonFused(script: string, dates: number): Program;
}

/** @param python the interpreter of the Python programs; @param cFused the compiled C program */
export function createPrograms(bench: Workbench, python: string, cFused: string): Programs {
  const { pila, size, build } = bench;
  const workers = ["--workers", String(WORKERS)];
  const looks = ["--looks", String(LOOKS)];
  const script = (name: string): string[] => [python, join(bench.root, "test/reference/python", name)];
  const statistics = (side: string, suffix = "tif") => ({
    kind: "statistics" as const,
    mean: join(build, `out/${side}-mean.${suffix}`),
    std: join(build, `out/${side}-std.${suffix}`),
  });
  const crops = (side: string) => ({ kind: "crops" as const, folder: join(build, `out/${side}-crops`) });
  const program = (name: string, product: Product, ...steps: readonly string[][]): Program => ({
    name,
    steps,
    product,
    between: [],
  });

  return {
    fused(dates, crop) {
      const out = statistics(crop === null ? "pila" : "pila-crop");
      const window = crop === null ? [] : ["--crop", crop];
      const options = [...looks, ...window, ...workers, "--quiet"];
      return program("pila fused", out, [
        ...pila,
        "fused",
        flatFolder(bench, dates),
        out.mean,
        out.std,
        ...options,
      ]);
    },
    prep(dates) {
      const out = crops("pila");
      return program("pila prep", out, [
        ...pila,
        "prep",
        flatFolder(bench, dates),
        out.folder,
        ...looks,
        ...workers,
        "--quiet",
      ]);
    },
    stats(backend, dates) {
      const out = statistics(`pila-${backend}`);
      const options = [...(backend === "sec" ? [] : workers), "--quiet"];
      return program(`pila ${backend}`, out, [
        ...pila,
        "stats",
        backend,
        cropFolder(bench, dates),
        out.mean,
        out.std,
        ...options,
      ]);
    },
    cFused(dates) {
      const out = statistics("c", "f32");
      const shape = [size, size, LOOKS, WORKERS].map(String);
      return program("C", out, [cFused, ...shape, out.mean, out.std, ...slcFiles(bench, dates)]);
    },
    pythonPrep(dates) {
      const out = crops("python");
      return program("prep_intensidad.py", out, [
        ...script("prep_intensidad.py"),
        flatFolder(bench, dates),
        out.folder,
        ...looks,
      ]);
    },
    pythonStats(name, dates) {
      const out = statistics("python");
      const options = name === "run_secuencial.py" ? [] : workers;
      return program(name, out, [...script(name), cropFolder(bench, dates), out.mean, out.std, ...options]);
    },
    pythonChain(dates) {
      const out = statistics("python");
      const { folder } = crops("python");
      const prep = [...script("prep_intensidad.py"), flatFolder(bench, dates), folder, ...looks];
      const reduce = [...script("run_secuencial.py"), folder, out.mean, out.std];
      return { ...program("prep_intensidad.py + run_secuencial.py", out, prep, reduce), between: [folder] };
    },
    pythonFused(name, dates) {
      const out = statistics("python");
      return program(name, out, [
        ...script(name),
        flatFolder(bench, dates),
        out.mean,
        out.std,
        ...looks,
        ...workers,
      ]);
    },
  };
}
