import type { WhatIfEffect } from '~/contract/shapes/what-if.ts';
import { policyOf, type Policy } from '~/core/failover/quorum.ts';
import type { ReplicasetSettings } from '~/core/failover/settings.ts';
import { replicasetSettingsOf } from '~/core/topology/failover-settings.ts';
import { enabledMembersOf, isAppointed, wantedMaster } from '~/core/topology/master.ts';
import type { WhatIfInput } from './input.ts';
import { heardOf, meets, placesOf, providerViews, stands, type Damage, type Places } from './places.ts';
import { endingOf, type Endings } from './endings.ts';
import type { Ending } from './rehearsal.ts';

/** The cluster as it is, ready to have any damage done to it. */
export type Stage = {
  readonly input: WhatIfInput;
  readonly places: Places;
  readonly endings: Endings;
  /** Of the whole cluster, where this is a part of it. */
  readonly sites: readonly string[];
};

/** `wayOut` comes last, as it takes more rehearsals. */
export type Effect = Omit<WhatIfEffect, 'wayOut'>;

/** One replicaset as one damage leaves it. */
export type Scene = {
  readonly uuid: string;
  readonly settings: ReplicasetSettings;
  readonly policy: Policy;
  readonly appointed: boolean;
  readonly master: string | null;
  readonly members: readonly Member[];
  /** Who has the lock afterwards, and whether it is another one than now. */
  readonly coordinator: string | null;
  readonly coordinatorChanges: boolean;
  /** The provider has lost a member, and goes on. */
  readonly providerShaken: boolean;
  readonly providerUsers: ReadonlySet<string>;
  readonly meets: (a: string, b: string) => boolean;
  /** Equal where a replicaset cannot tell two damages apart. */
  readonly key: string;
};

/** `stands`: its agent and its database are there. `copyStands`: at least its database, which goes on taking rows. */
export type Member = { readonly uuid: string; readonly alive: boolean; readonly stands: boolean; readonly copyStands: boolean; readonly hasData: boolean; readonly lagRows: number };

export function stageOf(input: WhatIfInput, { endings = new Map(), sites }: { readonly endings?: Endings; readonly sites?: readonly string[] } = {}): Stage {
  const places = placesOf(input);
  return { input, places, endings, sites: sites ?? sitesIn(places) };
}

function sitesIn({ instances, providerMembers }: Places): string[] {
  const zones = [...instances.values(), ...providerMembers].map(({ zone }) => zone);
  return [...new Set(zones)].filter((zone) => zone !== null).toSorted();
}

export type Scenes = readonly [Scene, ...Scene[]];

/** One for each member that may lead the provider: nobody knows which one does. */
export function scenesOf(stage: Stage, uuid: string, damage: Damage): Scenes {
  const [first, ...others] = providerViews(stage.input, stage.places, damage);
  const scene = (users: ReadonlySet<string>) => sceneOf(stage, uuid, { damage, users });
  return [scene(first), ...others.map(scene)];
}

function sceneOf({ input, places }: Stage, uuid: string, { damage, users }: { readonly damage: Damage; readonly users: ReadonlySet<string> }): Scene {
  const { config } = input;
  const settings = replicasetSettingsOf(config, uuid);
  const appointed = isAppointed(config, uuid);
  const members = enabledMembersOf(config, uuid).flatMap((member): Member[] => {
    const place = places.instances.get(member);
    const now = input.instances[member] ?? { alive: false, hasData: false, lagRows: 0 };
    // Its own service is what is lost of a stateboard, too.
    const board = damage.provider && input.provider?.kind === 'stateboard' && input.provider.instance === member;
    const there = now.alive && !board;
    return place ? [{ uuid: member, ...now, stands: there && heardOf(place, damage), copyStands: there && stands(place, damage) }] : [];
  });
  const reach = (a: string, b: string): boolean => {
    const [one, other] = [places.instances.get(a), places.instances.get(b)];
    return one !== undefined && other !== undefined && meets(one, other, damage);
  };
  const coordinator = coordinatorAfter(input, users);
  const shaken = input.provider?.kind === 'etcd' && places.providerMembers.some((member) => member.alive && !stands(member, damage));
  const scene = {
    uuid, settings, policy: input.policies[uuid] ?? policyOf(settings), appointed, master: input.masters[uuid] ?? (appointed ? null : wantedMaster(config, uuid)), members, coordinator,
    coordinatorChanges: coordinator !== input.activeCoordinator, providerShaken: shaken, providerUsers: users, meets: reach,
  };
  return { ...scene, key: keyOf(scene) };
}

/** The active one, as long as it reaches the provider; else another one that does. */
function coordinatorAfter({ activeCoordinator, coordinators }: WhatIfInput, users: ReadonlySet<string>): string | null {
  const order = [...(activeCoordinator === null ? [] : [activeCoordinator]), ...coordinators.toSorted()];
  return order.find((uuid) => users.has(uuid)) ?? null;
}

function keyOf({ uuid, members, coordinator, appointed, providerUsers, meets: reach, providerShaken, coordinatorChanges }: Omit<Scene, 'key'>): string {
  const standing = members.map((member) => (member.stands ? (appointed && providerUsers.has(member.uuid) ? 'p' : 's') : member.copyStands ? 'c' : '-')).join('');
  const seats = [...members.map((member) => member.uuid), ...(appointed && coordinator !== null ? [coordinator] : [])];
  const pairs = seats.flatMap((a, index) => seats.slice(index + 1).map((b) => (reach(a, b) ? '1' : '0'))).join('');
  return [uuid, standing, pairs, ...(appointed ? [coordinator, providerShaken, coordinatorChanges, providerUsers.size > 0] : [])].join(' ');
}

/** Some leases after the damage. */
export function endOf({ input, endings }: Stage, { settings, policy, members, coordinator, providerUsers, meets: reach, uuid }: Scene, master: string): Ending {
  return endingOf(endings, { settings, policy, timing: input.timing, master, members, coordinator, usesProvider: (who) => providerUsers.has(who), meets: reach, paused: input.paused, held: input.held.has(uuid) });
}
