import type { MemberStanding } from '~/contract/shapes/failover-status.ts';
import { count } from '~/core/view/words.ts';

/**
 * Who would lead if the master were lost now, by what the members reported last. Whoever truly leads is decided by the
 * coordinator, which asks them; this is so that a person sees a replicaset that nobody could take over.
 */
export type NextInput = { readonly members: readonly MemberStanding[]; readonly master: string | null; readonly preferredZone: string | null; /** Rows of each member, by its database. */ readonly rows: ReadonlyMap<string, number> };
export type Next = { readonly uuid: string | null; readonly reason: string };

export function nextOf({ members, master, preferredZone, rows }: NextInput): Next {
  const others = members.filter(({ uuid }) => uuid !== master);
  if (others.length === 0) return { uuid: null, reason: 'There is no other copy.' };
  const able = others.filter((member) => whyNot(member) === null);
  const zoneOfMaster = members.find(({ uuid }) => uuid === master)?.zone ?? null;
  const near = ({ zone }: MemberStanding) => (zone === (preferredZone ?? zoneOfMaster) ? 0 : 1);
  const has = ({ uuid }: MemberStanding) => rows.get(uuid) ?? 0;
  const [best] = able.toSorted((a, b) => (preferredZone === null ? has(b) - has(a) || near(a) - near(b) : near(a) - near(b) || has(b) - has(a)) || a.priority - b.priority);
  if (!best) return { uuid: null, reason: others.map((member) => `${member.alias}: ${whyNot(member)}`).join(' ') };
  const behind = Math.max(0, ...members.map(has)) - has(best);
  return { uuid: best.uuid, reason: behind > 0 ? `The best of those that can lead; at its last report ${count(behind, 'row')} behind.` : able.length > 1 ? 'The first of those that have all rows.' : 'The only one that can.' };
}

/** Null: it can. */
export function whyNot({ heard, disabled, electable, obstacle, diverged, standing }: MemberStanding): string | null {
  if (disabled) return 'It is disabled.';
  if (!electable) return 'It is not electable.';
  if (!heard) return 'Its agent does not answer.';
  if (diverged !== null) return `It has rows of its own: ${diverged}`;
  if (obstacle !== null) return obstacle;
  if (standing === 'fenced') return 'It is fenced.';
  return null;
}
