/**
 * A sentence in pieces. Back-ticks enclose what is typed, but for Tarantool's own quotes (`so'); the name is marked at its
 * first mention, or put in front.
 */
export type Piece = { readonly kind: 'text' | 'code' | 'name'; readonly text: string };

export function pieces(sentence: string, name?: string): Piece[] {
  const plain = typed(sentence);
  if (name === undefined || name === '') return plain;
  const at = plain.findIndex(({ kind, text }) => kind === 'text' && mention(text, name) >= 0);
  if (at < 0) return [{ kind: 'name', text: name }, { kind: 'text', text: ' ' }, ...plain];
  const { text } = plain[at]!;
  const start = mention(text, name);
  const around: Piece[] = [{ kind: 'text', text: text.slice(0, start) }, { kind: 'name', text: name }, { kind: 'text', text: text.slice(start + name.length) }];
  return [...plain.slice(0, at), ...around.filter((piece) => piece.text !== ''), ...plain.slice(at + 1)];
}

/** What stands between two back-ticks is typed; one without a second is a character like others. */
function typed(sentence: string): Piece[] {
  const quoted = sentence.replace(/`([^`']*)'(?!\w)/g, "'$1'");
  return quoted.split(/`([^`]*)`/).map((text, index): Piece => ({ kind: index % 2 === 1 ? 'code' : 'text', text })).filter(({ text }) => text !== '');
}

/** Where the name stands as a word of its own: s1 is not mentioned by "s1-2". */
function mention(text: string, name: string): number {
  const escaped = name.replace(/[.*+?^${}()|[\]\\-]/g, String.raw`\$&`);
  return new RegExp(`(?<![\\w.-])${escaped}(?![\\w-]|\\.\\w)`).exec(text)?.index ?? -1;
}
