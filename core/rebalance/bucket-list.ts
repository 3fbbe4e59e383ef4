/** Buckets as people write them, `7` and `10-20`, to their numbers; a sentence where they cannot be meant. */
export function bucketsIn(texts: readonly string[], most: number): readonly number[] | string {
  const ids = new Set<number>();
  for (const text of texts) {
    const [first, last = first] = text.split('-').map(Number) as [number, number?];
    if (last < first) return `${text} ends before it begins.`;
    if (last > most) return `There is no bucket ${last}: there are ${most}.`;
    for (let id = first; id <= last; id++) ids.add(id);
  }
  return [...ids].toSorted((a, b) => a - b);
}
