import { nameOf, type Mark } from '~/core/issues/marks.ts';
import { clock, quoted } from '~/core/view/words.ts';
import type { Sketch } from './between.ts';
import type { EventDraft } from './draft.ts';

/** Who acknowledged or muted what, and when that ran out or was taken back. That an issue has ended tells itself. */
export type Marked = { readonly marks: readonly Mark[]; readonly seen: ReadonlyMap<string, number>; readonly at: number };

export function markEvents(before: Marked, after: Marked): Sketch[] {
  const old = new Map(before.marks.map((mark) => [keyOf(mark), mark]));
  const now = new Map(after.marks.map((mark) => [keyOf(mark), mark]));
  const made = after.marks.filter((mark) => old.get(keyOf(mark))?.at !== mark.at).map((mark) => sketch(mark, { words: madeWords(mark, after.at), actor: mark.by }));
  const ended = before.marks.filter((mark) => !now.has(keyOf(mark)) && (mark.kind === 'muted' || after.seen.get(mark.scope) !== undefined)).map((mark) => sketch(mark, { words: endedWords(mark, after.at), actor: null }));
  return [...made, ...ended];
}

/**
 * Marks that ran out while no server was up: nobody saw them in force one moment and over the next. `told` are events about
 * marks since the earliest of their ends; what it was told of after it ended is its end.
 */
export function missedEnds({ marks, seen, at }: Marked, told: readonly EventDraft[]): EventDraft[] {
  const over = marks.filter(({ kind, scope, until }) => until !== null && until <= at && (kind === 'muted' || seen.get(scope) !== undefined));
  const missed = over.filter((mark) => !told.some(({ kind, data, ...event }) => kind === 'action' && data.mark === mark.kind && data.scope === mark.scope && data.markedAt === mark.at && event.at >= mark.until!));
  return missed.map((mark) => ({ ...sketch(mark, { words: `The ${nouns[mark.kind]} of ${nameOf(mark)} by ${mark.by} ran out at ${clock(mark.until!, at)}, while no server was up.`, actor: null }), at, actor: null, data: dataOf(mark) }));
}

const keyOf = ({ kind, scope }: Mark) => `${kind} ${scope}`;

const sketch = (mark: Mark, { words, actor }: { words: string; actor: string | null }): Sketch => ({
  kind: 'action', severity: 'info', object: mark.object, sentence: words, actor, data: dataOf(mark),
});

const dataOf = (mark: Mark) => ({ mark: mark.kind, scope: mark.scope, until: mark.until, markedAt: mark.at });

const nouns = { acknowledged: 'acknowledgement', muted: 'mute' } as const;

function madeWords(mark: Mark, now: number): string {
  const until = mark.until === null ? '' : ` until ${clock(mark.until, now)}`;
  const reason = mark.reason === null ? '.' : `: ${quoted(mark.reason, '')}.`;
  return `${mark.by} ${mark.kind} ${nameOf(mark)}${until}${reason}`;
}

function endedWords(mark: Mark, now: number): string {
  const ranOut = mark.until !== null && mark.until <= now;
  return `The ${nouns[mark.kind]} of ${nameOf(mark)} by ${mark.by} ${ranOut ? 'has run out' : 'was taken back'}.`;
}
