import type { TrailEntry } from '~/contract/shapes/failover-view.ts';

/** An entry of an agent's trail as the control plane keeps it: whose it is, at the server's time. */
export type TrailRow = TrailEntry & { readonly agent: string; readonly life: string };

type What = TrailEntry['what'];

/** Signs that an epoch is about to end: they belong to the change after it. */
export const before: ReadonlySet<What> = new Set<What>(['exited', 'released', 'lapsed', 'lost', 'frozen', 'switching', 'blocked', 'manual', 'failsafe']);
/** The change itself. */
export const made: ReadonlySet<What> = new Set<What>(['decided', 'confirmed', 'promoted']);
/** What follows from it on the others; where the epoch was not made, what preceded the next. */
export const after: ReadonlySet<What> = new Set<What>(['demoted', 'diverged', 'rebuilt']);

/** `decided` names the epoch that it makes in its words; the number beside it may be the one before. */
export function epochOf({ what, epoch, detail }: TrailRow): number {
  const told = what === 'decided' ? /epoch (\d+)/.exec(detail ?? '') : null;
  return told ? Number(told[1]) : epoch;
}

/** What it says, about `who`, who is named already. */
export function wordsOf({ what, epoch, detail, by }: TrailRow, who: string, named: (text: string) => string): string {
  const why = detail === null || detail === '' ? '' : `: ${named(detail)}`;
  const sentence = {
    exited: `The database process of ${who} ended${why}`,
    released: `${who} gave its lease of epoch ${epoch} back${why}`,
    confirmed: `${who} confirmed that it leads in epoch ${epoch}${why}`,
    promoted: `${who} writes, in epoch ${epoch}${why}`,
    demoted: `${who} is read-only${why}`,
    frozen: `${who} stopped writing for a switchover${why}`,
    aborted: by === 'coordinator' ? `The change was given up${why}` : `${who} took the switchover back and writes on${why}`,
    diverged: `${who} has rows that the master never had${why}`,
    rebuilt: `${who} was made anew from the master${why}`,
    failsafe: `${who} goes on by the promises of the members, as the state provider is lost${why}`,
    lost: `${who} is not the master any more by the record${why}`,
    lapsed: `The lease of ${who} ran out: it is read-only${why}`,
    decided: `${who} decided${why}`,
    switching: `${who} announced a switchover${why}`,
    blocked: `${who} cannot change the master${why}`,
    manual: `${who} leaves the replicaset to people${why}`,
    active: `${who} became the active coordinator${why}`,
    standby: `${who} is not the active coordinator any more${why}`,
    providerLost: `${who} lost the state provider${why}`,
    providerBack: `${who} reaches the state provider again${why}`,
  }[what];
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
