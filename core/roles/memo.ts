/**
 * Remembers what a pure function made of a text. Nearly all files of a new version are those of the one before it,
 * so that only what was changed is read again. The oldest are forgotten when the texts together are too long.
 */
export function byText<T>(read: (text: string) => T, { charsMax }: { charsMax: number }): (text: string) => T {
  const made = new Map<string, T>();
  let chars = 0;
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known;
    const fresh = read(text);
    made.set(text, fresh);
    chars += text.length;
    for (const oldest of made.keys()) {
      if (chars <= charsMax) break;
      made.delete(oldest);
      chars -= oldest.length;
    }
    return fresh;
  };
}

/** Remembers what a pure function made of an object that is never changed in place, for as long as that lives. */
export function byObject<K extends object, T extends {}>(make: (object: K) => T): (object: K) => T {
  const made = new WeakMap<K, T>();
  return (object) => {
    const known = made.get(object);
    if (known !== undefined) return known;
    const fresh = make(object);
    made.set(object, fresh);
    return fresh;
  };
}
