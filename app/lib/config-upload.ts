import { SectionName } from '~/contract/shapes/basics.ts';

/** A file from the person's disk -> sections: what `config download` has made is all of its sections, anything else is one, named as the file. */
export const fileBytesMax = 4 * 1024 * 1024;
export const bundleBytesMax = 48 * 1024 * 1024;

export type Uploaded = { readonly ok: true; readonly sections: Readonly<Record<string, string>> } | { readonly ok: false; readonly sentence: string };
type File = { readonly name: string; readonly text: string };

export function sectionsOfFile({ name, text }: File, parse: (text: string) => unknown): Uploaded {
  const bundle = isBundleText(text) ? bundleOf(text, parse) : null;
  const sections = bundle ?? { [name]: text };
  const wrong = Object.keys(sections).find((one) => !SectionName.safeParse(one).success);
  if (wrong !== undefined) return { ok: false, sentence: `"${wrong}" is no section name: letters, digits, dot, dash, underscore and slash, starting with a letter or digit. Rename the file.` };
  const big = Object.entries(sections).find(([, one]) => new TextEncoder().encode(one).length > fileBytesMax);
  if (big) return { ok: false, sentence: `${big[0]} is larger than 4 MiB, which is the most that a section may have.` };
  return { ok: true, sections };
}

/** As `download` writes it: cheap to tell, so that no big file is parsed for nothing. */
const isBundleText = (text: string) => /^version: \d+\r?\nsections:/.test(text);

function bundleOf(text: string, parse: (text: string) => unknown): Record<string, string> | null {
  try {
    const { sections } = parse(text) as { sections: Record<string, unknown> };
    return typeof sections === 'object' && sections !== null && Object.values(sections).every((one) => typeof one === 'string') ? (sections as Record<string, string>) : null;
  } catch {
    return null;
  }
}
