/** Where in the code of roles something is. */
export type CodeAt = { readonly file: string; /** From 1. */ readonly line: number | null };

/** What Lua's messages begin with: `roles/bank/init.lua:5: attempt to ...`. Null where a text names no place. */
export function codePlaceIn(text: string): CodeAt | null {
  const found = /(roles\/[\w.-]+\/[\w./-]+\.lua):([1-9]\d{0,6})\b/.exec(text);
  return found ? { file: found[1]!, line: Number(found[2]) } : null;
}

/** Its address on the Code page. */
export const codeAddress = ({ file, line }: CodeAt): string => `/code?${new URLSearchParams({ file, ...(line === null ? {} : { line: String(line) }) }).toString()}`;

/** `roles/bank/init.lua` is `bank/init.lua` there. */
export const codePlaceText = ({ file, line }: CodeAt): string => `${file.replace(/^roles\//, '')}${line === null ? '' : `:${line}`}`;
