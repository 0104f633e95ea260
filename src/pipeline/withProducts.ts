import type { Shape } from "../core/raster";
import { Product } from "../io/productWriter";
import type { Meter } from "../parallel/meter";

/** Runs a piece of work that fills products; they are put in place together when it succeeds and vanish when it fails. */
export async function withProducts<T>(
  paths: readonly string[],
  shape: Shape,
  meter: Meter,
  fill: (products: readonly Product[]) => Promise<T>,
): Promise<T> {
  const products: Product[] = [];
  try {
    let start = meter.start();
    for (const path of paths) products.push(new Product(path, shape));
    meter.end("write", "headers", start);
    const result = await fill(products);
    start = meter.start();
    // All are on the disk before any takes its place.
    await Promise.all(products.map((product) => product.flush()));
    for (const product of products) product.commit();
    meter.end("write", "commit", start);
    return result;
  } catch (error) {
    for (const product of products) product.discard();
    throw error;
  }
}
