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
