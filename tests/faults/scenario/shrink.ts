/** The fewest faults with which it still fails: larger pieces are left out first, then single ones, until none can be. */

export type Shrunk<T> = { readonly faults: readonly T[]; readonly tries: number; readonly complete: boolean };

/** `fails` runs the scenario with those faults. A failure that does not come every time makes it larger than need be, never wrong. */
export async function shrink<T>(faults: readonly T[], fails: (faults: readonly T[]) => Promise<boolean>, { triesMax }: { readonly triesMax: number }): Promise<Shrunk<T>> {
  let left = faults;
  let tries = 0;
  for (let size = Math.ceil(left.length / 2); size >= 1; ) {
    let dropped = false;
    for (let at = 0; at < left.length; ) {
      if (tries >= triesMax) return { faults: left, tries, complete: false };
      const without = [...left.slice(0, at), ...left.slice(at + size)];
      tries += 1;
      if (await fails(without)) {
        left = without;
        dropped = true;
      } else {
        at += size;
      }
    }
    if (size === 1 && !dropped) break;
    size = dropped ? Math.min(size, Math.max(Math.ceil(left.length / 2), 1)) : Math.ceil(size / 2);
    if (left.length === 0) break;
  }
  return { faults: left, tries, complete: true };
}
