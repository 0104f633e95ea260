import { closeSync, openSync } from "node:fs";
import type { PlaneSource } from "../core/stack";

/** Descriptors of the images of a stack, each opened when it is first read. */
export class SourceFiles {
  readonly #sources: readonly PlaneSource[];
  readonly #files = new Map<number, number>();

  constructor(sources: readonly PlaneSource[]) {
    this.#sources = sources;
  }

  /** The descriptor of one image, by its place in the stack. */
  open(date: number): number {
    const known = this.#files.get(date);
    if (known !== undefined) return known;
    const file = openSync(this.#sources[date]!.path, "r");
    this.#files.set(date, file);
    return file;
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }
}
