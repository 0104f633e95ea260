/** Items by key; keys, and the items of each, in order of first appearance. */
export function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/**
 * Deals items out by weight, the heaviest first, each to the worker with the least so far: of equal items the i-th goes to
 * worker i mod workers. With more workers than items some get none.
 * @returns the worker of each item, from 0, and the weight that each worker has
 */
export function dealOut(
  weights: readonly number[],
  workers: number,
): { readonly workerOf: readonly number[]; readonly loads: readonly number[] } {
  const loads = new Array<number>(workers).fill(0);
  const workerOf = new Array<number>(weights.length).fill(0);
  for (const item of weights.map((_, i) => i).sort((a, b) => weights[b]! - weights[a]!)) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least]! += weights[item]!;
    workerOf[item] = least;
  }
  return { workerOf, loads };
}
