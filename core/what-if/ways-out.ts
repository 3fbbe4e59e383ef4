import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { WhatIfRisk } from '~/contract/shapes/what-if.ts';
import { policyOf } from '~/core/failover/quorum.ts';
import { failoverOf, replicasetSettingsOf } from '~/core/topology/failover-settings.ts';
import { rankOf, worstOf } from './effect.ts';
import type { WhatIfInput } from './input.ts';
import type { Damage } from './places.ts';
import { scenesOf, stageOf, type Effect, type Stage } from './stage.ts';

/**
 * What would make it better. The one idea: nothing is advised that has not been tried: each change is made to a copy of
 * the input, the same damage is done to it, and it is told only if the outcome is better. One change before two.
 */
/** `linksOnly`: where a site or a host is lost, it would only move the risk to another one. */
type Way = { readonly sentence: string; readonly input: WhatIfInput; readonly linksOnly?: boolean };
/** Ways of one size, the best of which is told. */
export type Ways = readonly { readonly sentence: string; readonly stage: Stage; readonly linksOnly: boolean }[];

/** `ways`: the smaller changes first. A larger one is told only where the smaller ones leave the outcome as it is. */
export function* wayOutOf(ways: readonly Ways[], { damage, effect }: { readonly damage: Damage; readonly effect: Effect }): Generator<undefined, string | null, void> {
  let best = { sentence: null as string | null, score: scoreOf(effect), rank: rankOf(effect.outcome) };
  for (const ofOneSize of ways) {
    for (const { sentence, stage, linksOnly } of ofOneSize) {
      if (linksOnly && damage.apart.length === 0 && damage.alone.length < 2) continue;
      const other = worstOf(stage, scenesOf(stage, effect.replicaset.uuid, damage));
      yield;
      if (scoreOf(other) < best.score) best = { sentence, score: scoreOf(other), rank: rankOf(other.outcome) };
    }
    if (best.rank < rankOf(effect.outcome)) break;
  }
  return best.sentence;
}

/** Lower is better: the outcome first, then what may be lost. */
const risks: Record<WhatIfRisk, number> = { none: 0, upToTheLag: 1, upToALease: 2, allOfOneSide: 3 };
const scoreOf = ({ outcome, rowsAtRisk }: Effect): number => rankOf(outcome) * 4 + (outcome === 'failsOver' || outcome === 'needsPerson' ? risks[rowsAtRisk] : 0);

/** All that may be tried for one replicaset, the smaller changes first. */
export function waysFor({ input, sites, endings }: Stage, uuid: string): Ways[] {
  const settings = [...switchoverWays(input, uuid), ...settingsWays(input, uuid), ...coordinatorWays(input, sites), ...electableWays(input, uuid)];
  const etcd = etcdWay(input, sites);
  const coordinated = etcd && coordinatorWays(etcd.input, sites)[0];
  const two = etcd && coordinated ? [{ ...coordinated, sentence: `${etcd.sentence} ${coordinated.sentence}` }] : [];
  const three = [...(etcd ? [etcd] : []), ...two].flatMap((way) => instanceWays(way.input, { uuid, sites }).map((next) => ({ ...next, sentence: `${way.sentence} ${next.sentence}` })));
  const one = [...instanceWays(input, { uuid, sites }), ...(etcd ? [etcd] : [])];
  return [settings, one, two, three].map((ways) => ways.map(({ sentence, input: changed, linksOnly = false }) => ({ sentence, linksOnly, stage: stageOf(changed, { endings, sites }) })));
}

function switchoverWays(input: WhatIfInput, uuid: string): Way[] {
  const { priority = [], alias = uuid } = input.config.replicasets[uuid] ?? {};
  return priority.flatMap((member): Way[] => {
    const instance = input.config.instances[member];
    const now = input.instances[member];
    if (!instance?.electable || instance.disabled || !now?.alive || !now.hasData || member === input.masters[uuid]) return [];
    return [{ sentence: `Switch ${alias} over to ${instance.alias}${instance.zone === null ? '' : `, in site ${instance.zone}`}: the side with most of its copies would have the master.`, linksOnly: true, input: { ...input, masters: { ...input.masters, [uuid]: member } } }];
  });
}

function settingsWays(input: WhatIfInput, uuid: string): Way[] {
  const { mode, failsafe } = failoverOf(input.config);
  const { durability = 'availability', alias = uuid } = input.config.replicasets[uuid] ?? {};
  const failover = (sentence: string, changed: Partial<ClusterConfig['failover']>): Way => ({ sentence, input: reconfigured(input, { ...input.config, failover: { ...input.config.failover, ...changed } }) });
  return [
    ...(mode === 'manual' ? [failover('Set the failover mode to stateful: then somebody is appointed without a person.', { mode: 'stateful' })] : []),
    ...(failsafe === 'majority' ? [] : [failover('Set failsafe to majority: then promises of most members keep a master that cannot reach the state provider.', { failsafe: 'majority' })]),
    ...(durability === 'strict' ? [durable(input, { uuid, durability: 'quorum', sentence: `Give ${alias} durability quorum instead of strict: then a majority of its copies is enough.` })] : []),
    // With two voters, quorum is both of them: one lost stops every write.
    ...(durability === 'availability' && votersOf(input, uuid) > 2 ? [durable(input, { uuid, durability: 'quorum', sentence: `Give ${alias} durability quorum: then no acknowledged row is lost with its master.` })] : []),
  ];
}

const votersOf = ({ config }: WhatIfInput, uuid: string): number => policyOf(replicasetSettingsOf(config, uuid)).voters.length;

function durable(input: WhatIfInput, { uuid, durability, sentence }: { readonly uuid: string; readonly durability: 'quorum'; readonly sentence: string }): Way {
  const replicaset = input.config.replicasets[uuid];
  return { sentence, input: replicaset ? reconfigured(input, { ...input.config, replicasets: { ...input.config.replicasets, [uuid]: { ...replicaset, durability } } }) : input };
}

/** What the records say of policies is of the configuration before. */
const reconfigured = (input: WhatIfInput, config: ClusterConfig): WhatIfInput => ({ ...input, config, policies: {} });

/** A site that is not there yet, and no event names. */
const elsewhere = 'another-site';
const where = (zone: string): string => (zone === elsewhere ? 'on a host, or in a site, of its own' : `in site ${zone}`);

function coordinatorWays(input: WhatIfInput, sites: readonly string[]): Way[] {
  const zones = [...sites.filter((zone) => !input.coordinators.some((uuid) => input.config.instances[uuid]?.zone === zone)), elsewhere];
  return zones.map((zone) => {
    const uuid = `coordinator-${zone}`;
    const added = withInstance(input, { uuid, zone, replicaset: 'coordinators' });
    return { sentence: `Give role failover-coordinator to an instance ${where(zone)}, too.`, input: { ...added, coordinators: [...input.coordinators, uuid] } };
  });
}

function electableWays(input: WhatIfInput, uuid: string): Way[] {
  return Object.entries(input.config.instances).flatMap(([member, instance]) =>
    instance.replicaset === uuid && !instance.electable && !instance.disabled
      ? [{ sentence: `Make ${instance.alias} electable: it has the rows, and may not lead.`, input: { ...input, config: { ...input.config, instances: { ...input.config.instances, [member]: { ...instance, electable: true } } } } }]
      : [],
  );
}

/** Another copy of it; with durability quorum a third one is what outlives one. */
function instanceWays(input: WhatIfInput, { uuid, sites }: { readonly uuid: string; readonly sites: readonly string[] }): Way[] {
  const { alias = uuid, durability = 'availability' } = input.config.replicasets[uuid] ?? {};
  return [...sites, elsewhere].flatMap((zone) => {
    const added = withInstance(input, { uuid: `copy-${zone}`, zone, replicaset: uuid });
    const site = where(zone);
    const way: Way = { sentence: `Add an instance to ${alias} ${site}.`, input: added };
    return durability === 'availability' && votersOf(added, uuid) > 2 ? [way, durable(added, { uuid, durability: 'quorum', sentence: `Add an instance to ${alias} ${site}, and give it durability quorum.` })] : [way];
  });
}

function withInstance(input: WhatIfInput, { uuid, zone, replicaset }: { readonly uuid: string; readonly zone: string; readonly replicaset: string }): WhatIfInput {
  const { config } = input;
  const before = config.replicasets[replicaset];
  const replicasets = before ? { ...config.replicasets, [replicaset]: { ...before, priority: [...before.priority, uuid] } } : config.replicasets;
  const instance = { alias: uuid, uri: `${uuid}.invalid:1`, replicaset, zone, electable: true, disabled: false };
  return { ...reconfigured(input, { ...config, replicasets, instances: { ...config.instances, [uuid]: instance } }), instances: { ...input.instances, [uuid]: { alive: true, hasData: true, lagRows: 0 } } };
}

/** Three members in three sites, of which the third may be one that has no data. */
function etcdWay(input: WhatIfInput, zones: readonly string[]): Way | null {
  if (!input.provider) return null;
  const [first, second, third] = [...zones, elsewhere, `${elsewhere}-2`, `${elsewhere}-3`];
  if (first === undefined || second === undefined || third === undefined) return null;
  const sites = [first, second, third];
  if (input.provider.kind === 'etcd' && sites.every((zone) => input.provider?.kind === 'etcd' && input.provider.members.some((member) => member.zone === zone))) return null;
  const names = zones.length === 0 ? 'on three hosts' : zones.length === 1 ? `in three sites, ${first} among them` : zones.length === 2 ? `in ${first}, ${second} and a third site, which needs no data` : `in ${sites.join(', ')}`;
  return { sentence: `Keep the state of failover in an etcd of three members ${names}.`, input: { ...input, provider: { kind: 'etcd', members: sites.map((zone) => ({ endpoint: `etcd-${zone}.invalid:2379`, zone, alive: true })) } } };
}
