import type { Policy } from '~/core/failover/quorum.ts';
import type { ReplicasetSettings } from '~/core/failover/settings.ts';
import { rehearse, type Cast, type Ending } from './rehearsal.ts';

/**
 * Endings that are known already. The one idea: a rehearsal does not depend on what its actors are called, so they are
 * numbered; replicasets of one shape, and one replicaset under many damages, are rehearsed once.
 */
export type Endings = Map<string, Ending>;

export function endingOf(known: Endings, cast: Cast): Ending {
  const { members, policy, coordinator } = cast;
  const actors = [...new Set([...members.map(({ uuid }) => uuid), ...policy.voters, ...(coordinator === null ? [] : [coordinator])])];
  const number = (uuid: string): string => `actor-${actors.indexOf(uuid)}`;
  const name = (numbered: string): string => actors[Number(numbered.slice('actor-'.length))] ?? numbered;
  const facts = {
    settings: { ...cast.settings, uuid: '', members: cast.settings.members.map((member) => ({ ...member, uuid: number(member.uuid) })) } satisfies ReplicasetSettings,
    policy: { ...policy, voters: policy.voters.map(number).toSorted() } satisfies Policy,
    timing: cast.timing,
    master: number(cast.master),
    members: members.map((member) => ({ ...member, uuid: number(member.uuid) })),
    coordinator: coordinator === null ? null : number(coordinator),
    paused: cast.paused,
    held: cast.held,
  };
  const users = actors.filter(cast.usesProvider).map(number);
  const pairs = actors.flatMap((a, index) => actors.slice(index + 1).flatMap((b) => (cast.meets(a, b) ? [`${number(a)} ${number(b)}`] : [])));
  const key = JSON.stringify([facts, users, pairs]);
  const ending = known.get(key) ?? rehearse({ ...facts, usesProvider: (who) => users.includes(who), meets: (a, b) => cast.meets(name(a), name(b)) });
  known.set(key, ending);
  return { ...ending, leader: ending.leader === null ? null : name(ending.leader), following: ending.following.map(name), blocked: ending.blocked?.replace(/actor-\d+/g, name) ?? null };
}
