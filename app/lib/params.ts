/** Sets what has a value, and takes out what has none. Other parameters stay as they are. */
export function withParams(params: URLSearchParams, values: Readonly<Record<string, string | null>>): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(values)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

/** The one of these that the text is; null for anything else. */
export const oneOf = <T extends string>(known: readonly T[], text: string | null): T | null => known.find((one) => one === text) ?? null;
