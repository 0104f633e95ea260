import { join } from "node:path";
import type { Product, Program } from "./program";
import { cropFolder, flatFolder, LOOKS, slcFiles, WORKERS, type Workbench } from "./workbench";

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
