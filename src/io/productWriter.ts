import { closeSync, openSync, readSync } from "node:fs";
import type { Shape } from "../core/raster";
import { OutputFile } from "./outputFile";
import { describeTiff } from "./tiff/describeTiff";
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

  /** Begins to bring what is written so far to the disk. */
  writeBack(): void {
    this.#output.writeBack();
  }

  /** Brings the bytes to the disk. */
  async flush(): Promise<void> {
    await this.#output.flush();
  }

  /** Puts the flushed file in place. */
  async place(): Promise<void> {
    await this.#output.place();
  }

  discard(): void {
    this.#output.discard();
  }
}

/** True for a file with the header of a product: written by pila and by nobody else. @throws FormatError it is no TIFF */
export function isProduct(path: string): boolean {
  const described = describeTiff(path);
  if (!described.plain) return false;
  const expected = productHeader(described.source.shape).bytes;
  const found = Buffer.alloc(expected.length);
  const file = openSync(path, "r");
  try {
    readSync(file, found, 0, found.length, 0);
  } finally {
    closeSync(file);
  }
  return found.equals(expected);
}
