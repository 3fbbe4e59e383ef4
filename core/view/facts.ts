import type { ClusterConfig, ConfigVersion, InstanceConfig, ReplicasetConfig } from '~/contract/shapes/config.ts';
import type { AgentStatus, LifeCycle } from '~/contract/shapes/status.ts';
import { hasDataRole } from '~/core/roles/registry.ts';
import type { CoordinatorView, MemberFailover } from '~/contract/shapes/failover-view.ts';
import { isAppointed, membersOf, wantedMaster } from '~/core/topology/master.ts';
import { contactOf, type Contact } from './contact.ts';
import { serverMissedKeys } from './gossip-keys.ts';
import { recordOf, type LeaderRecord } from './record.ts';
import { ages, type GossipView, type Observed, type Report } from './report.ts';

/** Configuration, reports and gossip put together once per instance: views and issues both read this, so they agree. */

export type InstanceFacts = {
  readonly uuid: string;
  readonly alias: string;
  readonly uri: string;
  readonly http: string | null;
  readonly zone: string | null;
  /** Null when unconfigured or expelled. */
  readonly config: InstanceConfig | null;
  readonly expelled: boolean;
  readonly replicaset: { readonly uuid: string; readonly alias: string } | null;
  readonly roles: readonly string[];
  readonly priority: number | null;
  /** By the record, where its replicaset's master is appointed; otherwise by the priority. */
  readonly wantedMaster: boolean;
  /** Its word on failover, while it can be believed; null where no master is appointed. */
  readonly member: MemberFailover | null;
  readonly contact: Contact;
  /** Last report by the server's clock. */
  readonly heardAt: number | null;
  readonly report: Report | null;
  /** The last report, while it can still be believed. */
  readonly status: AgentStatus | null;
  readonly gossip: GossipView | null;
  /** What is believed now: null where nothing is known or all is too old. */
  readonly state: LifeCycle | null;
  readonly readOnly: boolean | null;
  readonly configVersion: number | null;
};

export type ReplicasetFacts = {
  readonly uuid: string;
  readonly config: ReplicasetConfig;
  /** Has a data role: needs a master. */
  readonly data: boolean;
  /** In priority order. */
  readonly members: readonly InstanceFacts[];
  /** Its master is appointed and holds a lease. */
  readonly appointed: boolean;
  /** Who is appointed, as its members say; null while nobody has said so. */
  readonly record: LeaderRecord | null;
  /** By the record, or by the priority. */
  readonly wanted: InstanceFacts | null;
  /** Writable by their own word. */
  readonly masters: readonly InstanceFacts[];
};

export type Facts = {
  readonly now: number;
  readonly config: ConfigVersion | null;
  readonly instances: ReadonlyMap<string, InstanceFacts>;
  readonly replicasets: ReadonlyMap<string, ReplicasetFacts>;
  /** Heard just now, and neither configured nor expelled. */
  readonly strangers: readonly InstanceFacts[];
  /** More than half of what is configured is lost: then the fault is likely on this server's side. */
  readonly mostLost: boolean;
  /** The gossip key that this server seals with; null while it is not known. */
  readonly gossipKey: string | null;
  /** Most agents lack that key: it was this server that was away while the keys were changed. */
  readonly missedKeys: boolean;
  /** What the active coordinator said last; null: none answers, or none is needed. */
  readonly coordinator: CoordinatorView | null;
  /** This server has begun to listen a moment ago: silence means nothing yet. */
  readonly starting: boolean;
};

export function gatherFacts(observed: Observed): Facts {
  const { config: version, reports, gossip, now } = observed;
  const config = version?.config ?? null;
  const places = placesIn(config, observed);
  const instances = new Map<string, InstanceFacts>();
  const add = (uuid: string) => {
    if (instances.has(uuid)) return;
    const facts = instanceFacts(uuid, { observed, config, place: places.get(uuid) ?? null });
    if (facts.config !== null || !forgotten(facts, now)) instances.set(uuid, facts);
  };
  if (config) for (const uuid of Object.keys(config.instances)) add(uuid);
  for (const uuid of reports.keys()) add(uuid);
  for (const uuid of gossip.keys()) add(uuid);
  const enabled = [...instances.values()].filter((instance) => instance.config !== null && !instance.config.disabled);
  const lost = enabled.filter((instance) => instance.contact === 'lost').length;
  const strangers = [...instances.values()].filter((instance) => instance.config === null && !instance.expelled && instance.contact === 'fresh');
  return { now, config: version, instances, replicasets: config ? replicasetsOf(config, { instances, places }) : new Map(), strangers, mostLost: enabled.length > 2 && lost * 2 > enabled.length, gossipKey: observed.gossipKey, missedKeys: missedKeys(instances, observed.gossipKey), coordinator: observed.coordinator ?? null, starting: now - observed.startedAt <= ages.unreachableMs };
}

const missedKeys = (instances: ReadonlyMap<string, InstanceFacts>, gossipKey: string | null) =>
  serverMissedKeys([...instances.values()].flatMap(({ status, contact }) => (status === null || contact === 'lost' ? [] : [status])), gossipKey);

type Place = { readonly uuid: string; readonly alias: string; readonly roles: readonly string[]; readonly priority: number; readonly wanted: boolean; readonly appointed: boolean; readonly record: LeaderRecord | null };

/** Where each configured instance stands, in one walk over the replicasets. */
function placesIn(config: ClusterConfig | null, observed: Observed): Map<string, Place> {
  const places = new Map<string, Place>();
  if (!config) return places;
  for (const [uuid, { alias, roles }] of Object.entries(config.replicasets)) {
    const members = membersOf(config, uuid);
    const appointed = isAppointed(config, uuid);
    const record = appointed ? recordOf(uuid, members.flatMap((member) => heardOf(member, observed))) : null;
    const wanted = appointed ? record?.master : wantedMaster(config, uuid);
    for (const [priority, member] of members.entries()) places.set(member, { uuid, alias, roles, priority, wanted: member === wanted, appointed, record });
  }
  return places;
}

/** Its report, unless it is too old to be believed. */
function heardOf(uuid: string, observed: Observed): Report[] {
  const report = observed.reports.get(uuid);
  return report && contactOf(report, observed.gossip.get(uuid) ?? null, observed) !== 'lost' ? [report] : [];
}

/** Somebody else is appointed: what this one said of itself a while ago is void, as its lease is over. */
const isVoid = (uuid: string, place: Place | null, ageMs: number): boolean => place?.appointed === true && (place.record?.master ?? uuid) !== uuid && ageMs > ages.proofMs;

function instanceFacts(uuid: string, { observed, config, place }: { observed: Observed; config: ClusterConfig | null; place: Place | null }): InstanceFacts {
  const own = config?.instances[uuid] ?? null;
  const expelled = config?.expelled[uuid] ?? null;
  const report = observed.reports.get(uuid) ?? null;
  const gossip = observed.gossip.get(uuid) ?? null;
  const contact = contactOf(report, gossip, observed);
  const status = contact === 'lost' ? null : (report?.status ?? null);
  const payload = contact === 'lost' ? null : (gossip?.payload ?? null);
  const readOnly = status ? (status.database?.readOnly ?? null) : (payload?.readOnly ?? null);
  const member = place?.appointed ? (status?.failover?.member ?? null) : null;
  const named = own ?? expelled ?? report?.status ?? gossip?.payload;
  return {
    uuid,
    alias: named?.alias ?? uuid.slice(0, 8),
    uri: named?.uri ?? '',
    http: report?.status.http ?? gossip?.payload?.http ?? null,
    zone: own ? own.zone : (report?.status.zone ?? gossip?.payload?.zone ?? null),
    config: own,
    expelled: expelled !== null,
    replicaset: place && { uuid: place.uuid, alias: place.alias },
    roles: place?.roles ?? [],
    priority: place?.priority ?? null,
    wantedMaster: place?.wanted ?? false,
    member: member?.replicaset === place?.uuid ? member : null,
    contact,
    heardAt: report?.receivedAt ?? null,
    report,
    status,
    gossip,
    state: status?.state ?? payload?.state ?? null,
    readOnly: readOnly === false && isVoid(uuid, place, observed.now - (report?.receivedAt ?? -Infinity)) ? null : readOnly,
    configVersion: (report?.status.config ?? gossip?.payload?.config)?.version ?? null,
  };
}

/** Instances that nobody configured, or that were expelled, leave the list some time after they have gone. */
function forgotten({ contact, heardAt, gossip }: InstanceFacts, now: number): boolean {
  if (contact !== 'lost') return false;
  const saidGoodbye = gossip === null || gossip.state === 'left' || gossip.state === 'dead' || gossip.state === 'unknown';
  return saidGoodbye && (heardAt === null || now - heardAt > ages.forgetMs);
}

function replicasetsOf(config: ClusterConfig, { instances, places }: { instances: ReadonlyMap<string, InstanceFacts>; places: ReadonlyMap<string, Place> }): Map<string, ReplicasetFacts> {
  const entries = Object.entries(config.replicasets).map(([uuid, replicaset]): [string, ReplicasetFacts] => {
    const members = membersOf(config, uuid).map((member) => instances.get(member)!);
    const place = places.get(members[0]?.uuid ?? '');
    const facts = {
      uuid,
      config: replicaset,
      data: hasDataRole(replicaset.roles),
      members,
      appointed: place?.appointed ?? false,
      record: place?.record ?? null,
      wanted: members.find((member) => member.wantedMaster) ?? null,
      masters: members.filter((member) => member.readOnly === false),
    };
    return [uuid, facts];
  });
  return new Map(entries);
}
