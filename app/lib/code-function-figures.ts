/** "0.8 ms", "12 ms", "1.4 s"; a dash while there was no call. */
export function latencyText(ms: number | null): string {
  if (ms === null) return '–';
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 10 ? Math.round(ms) : Number(ms.toPrecision(2))} ms`;
}

export type PatchLine = { readonly kind: 'added' | 'removed' | 'place' | 'same'; readonly text: string };

/** A unified diff as lines to colour, without the names of its files. */
export function patchLines(patch: string): PatchLine[] {
  const lines = patch.split('\n');
  const first = lines.findIndex((line) => line.startsWith('@@'));
  return (first < 0 ? [] : lines.slice(first)).filter((line, at, all) => !line.startsWith('\\ No newline') && (line !== '' || at < all.length - 1)).map((text) => ({ kind: text.startsWith('@@') ? 'place' : text.startsWith('+') ? 'added' : text.startsWith('-') ? 'removed' : 'same', text }));
}
