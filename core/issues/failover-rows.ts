import { failoverOf, needsProvider, type FailoverSettings } from '~/core/topology/failover-settings.ts';
import { coordinatorsIn } from '~/core/standing/status.ts';
import { whyNot } from '~/core/standing/next.ts';
import { replicasetStandingOf } from '~/core/standing/replicaset.ts';
import { presets, timingFaults, timingOf } from '~/core/failover/timing.ts';
import type { ReplicasetFacts } from '~/core/view/facts.ts';
import { clock, list, quoted } from '~/core/view/words.ts';
import { serves, type ClusterRow, type Context, type ReplicasetRow } from './row.ts';

/** What keeps a lost master from being replaced, and what a replaced one has left behind. */

export const settingsIn = ({ facts }: Pick<Context, 'facts'>): FailoverSettings | null => (facts.config === null ? null : failoverOf(facts.config.config));
/** Masters are appointed, so somebody has to be there who does it. */
export const appoints = (context: Pick<Context, 'facts'>): boolean => needsProvider(settingsIn(context)?.mode ?? 'disabled');

const toldOf = ({ uuid }: ReplicasetFacts, { failover }: Context) => failover.told?.view.replicasets.find(({ replicaset }) => replicaset === uuid) ?? null;

const ofCluster: readonly ClusterRow[] = [
  {
    code: 'failover-paused', about: 'cluster', severity: 'warning', badge: 'failover paused', graceMs: 0, toldByCoordinator: true,
    means: 'Somebody has paused failover: a lost master is not replaced, and nothing else happens by itself.',
    todo: 'Resume when whatever it was paused for is over. Orders of people are carried out meanwhile.',
    find: (context) => {
      const { pause = null, at = 0 } = context.failover.pause ?? {};
      const { now } = context.facts;
      const until = pause?.leftMs == null ? null : at + pause.leftMs;
      if (!appoints(context) || pause === null || (until !== null && until <= now)) return null;
      // Counted by the coordinator: to the minute, so that the sentence stays the same.
      const end = until === null ? 'until somebody resumes' : `until about ${clock(Math.round(until / 60_000) * 60_000, now).replace(/:00 UTC$/, ' UTC')}`;
      return { sentence: `Failover is paused by ${pause.by} ${end}: ${quoted(pause.reason, 'no reason given')}. A lost master is not replaced.`, wayOut: 'Resume as soon as it may go on; `coterie failover promote` works meanwhile.', repair: { operation: 'failover.resume', label: 'Resume failover', input: {} } };
    },
  },
  {
    code: 'failover-no-coordinator', about: 'cluster', severity: 'critical', badge: 'no coordinator', graceMs: 8000,
    means: 'No instance with role failover-coordinator is active: masters keep writing, and a lost one is not replaced.',
    todo: 'Bring one back; where one holds the lock and does nothing, have another one take it (`coterie failover steal`).',
    find: (context) => {
      const { facts, failover, since } = context;
      if (!appoints(context) || failover.told !== null || facts.starting) return null;
      const known = coordinatorsIn(facts.config!.config).map((uuid) => facts.instances.get(uuid)!);
      const up = known.filter((instance) => instance.status?.failover?.coordinator && instance.contact === 'fresh');
      // It only does not answer this server in time.
      if (up.some(({ status }) => status!.failover!.coordinator!.active)) return null;
      const why = up.length === 0 ? `${list(known.map(({ alias }) => alias)) || 'nobody'} may be it, and none answers` : quoted(failover.why, `${list(up.map(({ alias }) => alias))} ${up.length === 1 ? 'is' : 'are'} up, and none holds the lock`);
      return { sentence: `No coordinator has been active since ${since()}: ${why}. A master that is lost now is not replaced.`, wayOut: up.length === 0 ? 'Start the agent of one of them, or give role failover-coordinator to an instance that is up.' : 'Look whether they reach the state provider; then `coterie failover steal`.' };
    },
  },
  {
    code: 'failover-one-coordinator', about: 'cluster', severity: 'info', badge: 'one coordinator', graceMs: 5000,
    means: 'One instance alone may appoint masters: while it is away a lost master is not replaced.',
    todo: 'Give role failover-coordinator to two more, on other hosts.',
    find: (context) => {
      if (!appoints(context)) return null;
      const [only, ...others] = coordinatorsIn(context.facts.config!.config);
      if (only === undefined || others.length > 0) return null;
      const { alias } = context.facts.instances.get(only)!;
      return { sentence: `${alias} is the only one that may appoint masters.`, wayOut: 'Give role failover-coordinator to two more instances, on other hosts; one is active, the others stand by.' };
    },
  },
  {
    code: 'failover-unsafe', about: 'cluster', severity: 'warning', badge: 'unsafe failover', graceMs: 0,
    means: 'Failover mode `eventual`: the first that gossip calls alive leads, without a lease.',
    todo: 'Take mode `stateful`.',
    find: (context) => (settingsIn(context)?.mode === 'eventual' ? { sentence: 'Failover mode eventual has no leases: members that hear different things have two masters, and acknowledged rows are lost.', wayOut: 'Take mode stateful: `coterie failover configure --mode stateful`. It needs a state provider and a coordinator.' } : null),
  },
  {
    code: 'failover-timing', about: 'cluster', severity: 'info', badge: 'short lease', graceMs: 0,
    means: 'The lease is shorter than a state provider with default settings takes to change its leader: then masters stop writing at that moment.',
    todo: 'Take a longer lease, or mute this where the provider was measured to be faster.',
    find: (context) => {
      const settings = settingsIn(context);
      if (settings === null || !appoints(context)) return null;
      const [fault] = timingFaults(timingOf(settings.leaseMs), presets.default.providerFailoverMs);
      return fault === undefined ? null : { sentence: `The lease of ${settings.leaseMs} ms is short. ${fault}`, wayOut: 'See `coterie failover timing`; `coterie failover configure --lease-ms` changes it. Mute this where your provider was measured to be faster.' };
    },
  },
];

const ofReplicasets: readonly ReplicasetRow[] = [
  {
    code: 'failover-manual', about: 'replicaset', severity: 'warning', badge: 'waits for a person', graceMs: 0, toldByCoordinator: true,
    means: 'A replicaset has failed over too often in a short time: it does so no more until somebody has looked.',
    todo: 'Find out why its masters fail, mend that, and acknowledge.',
    find: (replicaset, context) => {
      const { manual = null } = toldOf(replicaset, context) ?? {};
      if (manual === null) return null;
      const { alias } = replicaset.config;
      return { sentence: `${alias} has failed over too often and does not do so again by itself: ${quoted(manual, 'no reason given')}.`, wayOut: `See \`coterie failover incidents --replicaset ${alias}\` for why its masters were lost; mend that, then acknowledge.`, repair: { operation: 'failover.acknowledge', label: `Let ${alias} fail over again`, input: { replicaset: alias } } };
    },
  },
  {
    code: 'failover-alone', about: 'replicaset', severity: 'warning', badge: 'no successor', graceMs: 5000,
    means: 'The master writes, and none of the other members could take over from it.',
    todo: 'Each member says what is in its way.',
    find: ({ appointed, record, members, masters, config }, context) => {
      if (!appointed || record === null || masters.length === 0 || members.length < 2) return null;
      const { facts } = context;
      // Whether somebody can: asked of the same facts that the status is made of.
      const others = members.filter(({ uuid }) => uuid !== record.master);
      if (others.some((member) => serves(member) && member.config!.electable && member.contact === 'fresh' && member.status?.failover?.member?.obstacle == null && member.status?.failover?.member?.diverged == null)) return null;
      const reports = new Map(others.flatMap(({ uuid, report }) => (report ? [[uuid, report] as const] : [])));
      const standing = replicasetStandingOf(others[0]!.replicaset!.uuid, { config: facts.config!.config, reports, now: facts.now }, null);
      const reasons = standing.members.filter(({ uuid }) => uuid !== record.master).map((member) => `${member.alias}: ${quoted(whyNot(member), 'no reason known')}`);
      return { sentence: `Nobody could take ${config.alias} over if its master were lost. ${reasons.join('; ')}.`, wayOut: 'Mend what the members name: bring one back, make one electable, or add an instance.' };
    },
  },
  {
    code: 'failover-failsafe', about: 'replicaset', severity: 'warning', badge: 'on promises', graceMs: 0,
    means: 'The master cannot renew its lease, as the state provider is lost, and writes by the promises of the members. It stops when one of them that it needs is lost, too.',
    todo: 'Bring the state provider back; touch no member until then.',
    find: ({ members, config }, { since }) => {
      const master = members.find(({ status, contact }) => contact === 'fresh' && status?.failover?.member?.failsafe);
      if (!master) return null;
      const left = master.status!.failover!.member!;
      return { sentence: `${master.alias} writes ${config.alias} since ${since()} by the promises of the members, for ${(left.leaseMs / 1000).toFixed(1)} s at a time: the state provider is lost.`, wayOut: 'Bring the state provider back. Restart no member until then: each promise that is missing may end the writes.' };
    },
  },
  {
    code: 'failover-unfenced', about: 'replicaset', severity: 'warning', badge: 'unfenced', graceMs: 10_000, toldByCoordinator: true,
    means: 'An instance that led without a lease may still write, so nobody else is appointed.',
    todo: 'Bring it back, so that it is heard to be read-only or takes a lease; or promote another one by force.',
    find: (replicaset, context) => {
      const { unfenced = null } = toldOf(replicaset, context) ?? {};
      if (unfenced === null) return null;
      const { alias } = replicaset.config;
      const led = context.facts.instances.get(unfenced)?.alias ?? unfenced.slice(0, 8);
      // Without leases the priority names who leads: another one by now, if the one that led is heard.
      const silent = replicaset.members.filter(({ config, contact }) => !config?.disabled && contact !== 'fresh').map((member) => member.alias);
      const who = silent.length === 0 || silent.includes(led) ? led : list(silent);
      return {
        sentence: who === led ? `${led} led ${alias} without a lease and may still write: nobody else is appointed until it is heard.` : `${led} led ${alias} without a lease, and ${who} may write by now: nobody is appointed until it is heard.`,
        wayOut: `Bring ${who} back. Where it is certainly dead: \`coterie failover promote\` another one with --force.`,
      };
    },
  },
];

export const failoverRows = [...ofReplicasets, ...ofCluster];
