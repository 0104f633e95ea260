import type { Shape } from "../core/raster";
import { OutputFile } from "./outputFile";
import { productHeader } from "./tiff/writeTiffHeader";

/** Where rows of a product are written. Plain data, valid in every thread of the process. */
export interface ProductTarget {
  readonly file: number;
  readonly dataOffset: number;
  readonly rowBytes: number;
}

/** A float32 product whose rows may be written in any order; it appears whole on `commit`. */
export class Product {
  readonly target: ProductTarget;
  readonly fileBytes: number;
  readonly #output: OutputFile;

  constructor(path: string, shape: Shape) {
    const header = productHeader(shape);
    this.#output = new OutputFile(path);
    this.#output.write(header.bytes, 0);
    this.fileBytes = header.fileBytes;
    this.target = { file: this.#output.file, dataOffset: header.dataOffset, rowBytes: shape.range * 4 };
  }

  /** Where the bytes are until `commit`: for processes that write rows too. */
  get temporaryPath(): string {
    return this.#output.temporaryPath;
  }

  commit(): void {
    this.#output.commit();
  }

  discard(): void {
    this.#output.discard();
  }
}

/** Runs a piece of work that fills products; they are put in place together when it succeeds and vanish when it fails. */
export async function withProducts<T>(
  paths: readonly string[],
  shape: Shape,
  fill: (products: readonly Product[]) => Promise<T>,
): Promise<T> {
  const products: Product[] = [];
  try {
    for (const path of paths) products.push(new Product(path, shape));
    const result = await fill(products);
    for (const product of products) product.commit();
    return result;
  } catch (error) {
    for (const product of products) product.discard();
    throw error;
  }
}
