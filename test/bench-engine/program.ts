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
