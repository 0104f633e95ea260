import type { Shape } from "../core/raster";
import { Product } from "../io/productWriter";
import type { Meter } from "../parallel/meter";

/** Told now and then how far a work is. */
export type ShowProgress = (done: number, total: number) => void;

/**
 * Runs a piece of work that fills products; they are put in place together when it succeeds and vanish when it fails.
 * Whenever the work tells its progress, what is written so far begins its way to the disk.
 */
export async function withProducts<T>(
  paths: readonly string[],
  shape: Shape,
  meter: Meter,
  onProgress: ShowProgress | undefined,
  fill: (products: readonly Product[], onProgress: ShowProgress) => Promise<T>,
): Promise<T> {
  const products: Product[] = [];
  try {
    let start = meter.start();
    for (const path of paths) products.push(new Product(path, shape));
    meter.end("write", "headers", start);
    const result = await fill(products, (done, total) => {
      for (const product of products) product.writeBack();
      onProgress?.(done, total);
    });
    start = meter.start();
    // All are on the disk before any takes its place.
    await Promise.all(products.map((product) => product.flush()));
    await Promise.all(products.map((product) => product.place()));
    meter.end("write", "commit", start);
    return result;
  } catch (error) {
    for (const product of products) product.discard();
    throw error;
  }
}
