/** What was typed as the arguments of a call. Nothing at all is no argument. */
export type Arguments = { readonly ok: true; readonly values: readonly unknown[] } | { readonly ok: false; readonly why: string };

export function argumentsIn(text: string): Arguments {
  if (text.trim() === '') return { ok: true, values: [] };
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? { ok: true, values: value } : { ok: false, why: 'A list in brackets, also for one argument: [1]' };
  } catch {
    return { ok: false, why: 'Not JSON yet: texts stand in double quotes, and a list in brackets' };
  }
}
