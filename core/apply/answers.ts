/** What an agent answers in the two-phase apply; the same shapes as in `link/protocol.ts`. */

export type PrepareRefusal = 'locked' | 'base' | 'hash' | 'invalid' | 'refused' | 'disk';

export type PrepareAnswer = { readonly ok: true } | { readonly ok: false; readonly code: PrepareRefusal; readonly message: string };

/** `applied`: the effects are in place, with a message: but for that; false with a message: they failed; false without: still at it. */
export type CommitAnswer = { readonly committed: boolean; readonly applied: boolean; readonly message: string | null };

/** What became of a run at one agent. `unknown` proves nothing: it may have been dropped when its lock ran out. */
export type OutcomeAnswer = { readonly outcome: 'unknown' | 'prepared' | 'committed' | 'aborted'; readonly version: number | null };
