import type { InstanceFacts } from '~/core/view/facts.ts';
import { lacksGossipKey } from '~/core/view/gossip-keys.ts';
import { clock, duration, list, quoted } from '~/core/view/words.ts';
import { serves, type InstanceRow } from './row.ts';

/** The agent and its process: does it answer, does the database run, is it where it should be? */

const restart = (alias: string) => ({ operation: 'instance.restart', label: `Restart ${alias}`, input: { instance: alias } });

/** Its agent says `configuring` then, and waits for Tarantool. */
const isOrphan = ({ status }: InstanceFacts) => status?.database?.status === 'orphan';

export const instanceRows: readonly InstanceRow[] = [
  {
    code: 'unreachable', about: 'instance', severity: 'critical', badge: 'no answer', graceMs: 0,
    means: 'An enabled instance has sent no report for 8 s, or gossip has declared it dead.',
    todo: 'See whether its host is up and its agent runs. It rejoins by itself. If it is dead, disable it, so that another one can become master (where masters are appointed that happens by itself); expel it if it never comes back.',
    find: (instance, { facts, since }) => {
      if (instance.contact !== 'lost' || instance.config === null || instance.config.disabled) return null;
      const { alias, report, gossip, heardAt } = instance;
      const address = instance.http ?? gossip?.address ?? instance.uri;
      const left = gossip?.state === 'left' ? 'its agent was stopped' : 'its host or agent is down, or the network between is cut';
      const was = report === null ? 'This server has never heard from it' : `It last said "${report.status.state}"${report.status.database?.readOnly === false ? ' and was master' : ''}`;
      const sentence = `${alias} has not answered since ${heardAt === null ? since() : clock(heardAt, facts.now)}: ${left}. ${was}.`;
      const appointed = facts.replicasets.get(instance.replicaset?.uuid ?? '')?.appointed === true;
      if (facts.mostLost) return { sentence, ...sinceOf(heardAt), wayOut: 'More than half of the cluster does not answer: check the network of this server first.' };
      return {
        sentence,
        ...sinceOf(heardAt),
        wayOut: `Check the host and the agent at ${address}. It comes back by itself once both run. ${appointed ? 'Meanwhile another one leads if it led; if it is gone for good, expel it.' : 'If it is certainly dead, disable it so that others can take its place.'}`,
        repair: { operation: 'instance.disable', label: `Disable ${alias}`, input: { instance: alias } },
      };
    },
  },
  {
    code: 'unheard', about: 'instance', severity: 'warning', badge: 'not heard', graceMs: 8000,
    means: 'Gossip hears an instance, but this server cannot open its status stream.',
    todo: 'Open the agent\'s HTTP port for this server; see that both have the same cluster secret.',
    find: ({ alias, contact, config, http, gossip }, { since }) =>
      contact === 'unknown' && config !== null && !config.disabled && gossip !== null
        ? { sentence: `Gossip hears ${alias} since ${since()}, but its agent${http === null ? '' : ` at ${http}`} does not report to this server.`, wayOut: 'Let this server reach the agent\'s HTTP port. If it does, compare the cluster secrets and the clocks: the log of the server says which.' }
        : null,
  },
  {
    code: 'silent', about: 'instance', severity: 'warning', badge: 'silent', graceMs: 0,
    means: 'No report for 3 s: what is shown of it is old.',
    todo: 'Wait: it answers again, or counts as unreachable 8 s after its last report.',
    find: ({ alias, contact, config, heardAt }, { facts }) =>
      contact === 'stale' && config !== null && !config.disabled
        ? { sentence: `${alias} has sent no report since ${clock(heardAt!, facts.now)}; what is shown of it is that old.`, wayOut: 'Nothing yet: a busy host recovers; otherwise it counts as unreachable within seconds.', ...sinceOf(heardAt) }
        : null,
  },
  {
    code: 'crashed', about: 'instance', severity: 'critical', badge: 'crashed', graceMs: 0,
    means: 'Tarantool has ended without being asked to; its agent starts it again.',
    todo: 'Read the end of its log. The agent retries with growing pauses.',
    find: (instance, { facts, since }) => {
      const { alias, status, report } = instance;
      if (!serves(instance) || status?.state !== 'crashed' || status.restarts.crashLoop) return null;
      const { lastExit, lastExitAt, nextStartAt } = status.restarts;
      const offset = report?.clockOffsetMs ?? 0;
      const next = nextStartAt === null ? 'Its agent starts it again.' : `Its agent starts it again at ${clock(nextStartAt - offset, facts.now)}.`;
      return {
        sentence: `The Tarantool of ${alias} crashed (${lastExitAt === null ? since() : clock(lastExitAt - offset, facts.now)}): ${quoted(lastExit ?? status.reason, 'no reason known')}. ${next}`,
        wayOut: `Wait for the restart; if it crashes again, read the end of its log: \`coterie instance logs ${alias}\`.`,
        ...sinceOf(lastExitAt === null ? null : lastExitAt - offset),
        repair: restart(alias),
      };
    },
  },
  {
    code: 'crash-loop', about: 'instance', severity: 'critical', badge: 'crash loop', graceMs: 0,
    means: 'Tarantool has crashed again and again; the pauses between restarts are long now.',
    todo: 'Read its log and mend the cause (out of memory, broken files, wrong Lua); then restart it. A replica can be rebuilt from its peers.',
    find: (instance, { since }) => {
      const { alias, status } = instance;
      if (!serves(instance) || !status?.restarts.crashLoop || status.state === 'ready') return null;
      return {
        sentence: `The Tarantool of ${alias} crashes in a loop since ${since()}: ${status.restarts.count} exits, the last one: ${quoted(status.restarts.lastExit ?? status.reason, 'no reason known')}.`,
        wayOut: `Read \`coterie instance logs ${alias}\`, mend the cause, then restart it. If its files are broken and a healthy copy exists, rebuild it: \`coterie instance rebuild ${alias}\`.`,
        repair: restart(alias),
      };
    },
  },
  {
    code: 'failed', about: 'instance', severity: 'critical', badge: 'failed', graceMs: 0,
    means: 'The instance could not reach its goal and has given up.',
    todo: 'The reason says what failed; mend it, then restart the instance.',
    find: (instance, { since }) =>
      serves(instance) && instance.state === 'failed'
        ? {
            sentence: `${instance.alias} failed at ${since()}: ${quoted(instance.status?.reason ?? null, 'no reason given')}.`,
            wayOut: `Mend what the reason names (more in \`coterie instance logs ${instance.alias}\`), then restart it.`,
            repair: restart(instance.alias),
          }
        : null,
  },
  {
    code: 'stopped', about: 'instance', severity: 'warning', badge: 'stopped', graceMs: 0,
    means: 'An enabled instance was stopped by hand and stays so.',
    todo: 'Start it when whatever it was stopped for is over.',
    find: (instance, { since }) =>
      serves(instance) && instance.state === 'stopped'
        ? {
            sentence: `The Tarantool of ${instance.alias} has been stopped since ${since()}: ${quoted(instance.status?.reason ?? null, 'somebody stopped it')}.`,
            wayOut: 'Start it when you are done with it.',
            repair: { operation: 'instance.start', label: `Start ${instance.alias}`, input: { instance: instance.alias } },
          }
        : null,
  },
  {
    code: 'waiting', about: 'instance', severity: 'warning', badge: 'not ready', graceMs: 5000,
    means: 'An instance has been on its way to `ready` for more than 5 s.',
    todo: 'The reason says what it waits for: often a peer that is down.',
    find: (instance, { since }) => {
      const { alias, state, status } = instance;
      if (!serves(instance) || isOrphan(instance) || (state !== 'bootstrapping' && state !== 'connecting' && state !== 'configuring' && state !== 'unconfigured')) return null;
      const what = state === 'unconfigured' ? 'waiting for its configuration' : state;
      return { sentence: `${alias} has been ${what} since ${since()}: ${quoted(status?.reason ?? null, 'it does not say what it waits for')}.`, wayOut: `Look at what it waits for; its log says more: \`coterie instance logs ${alias}\`.` };
    },
  },
  {
    code: 'orphan', about: 'instance', severity: 'warning', badge: 'orphan', graceMs: 5000,
    means: 'Tarantool runs, but has reached too few peers to leave its orphan state: it is read-only.',
    todo: 'Bring the peers back, or restart replication.',
    find: (instance, { since }) =>
      serves(instance) && isOrphan(instance)
        ? {
            sentence: `${instance.alias} has been an orphan since ${since()}: it cannot reach enough of its peers, and is read-only.`,
            wayOut: `Bring the other instances of ${instance.replicaset?.alias ?? 'its replicaset'} back, or restart replication.`,
            ...(instance.replicaset ? { repair: { operation: 'replicaset.restartReplication', label: `Restart replication in ${instance.replicaset.alias}`, input: { replicaset: instance.replicaset.alias } } } : {}),
          }
        : null,
  },
  {
    code: 'gossip-down', about: 'instance', severity: 'warning', badge: 'gossip down', graceMs: 2000,
    means: 'The thread of an agent that gossips has ended: nobody hears of the instance by gossip, and it hears of nobody. It is started again by itself.',
    todo: 'If it ends again and again, read the log of the agent for the reason, and restart the agent.',
    find: ({ alias, contact, config, status }, { since }) =>
      contact !== 'lost' && config !== null && status?.gossipDown !== undefined
        ? { sentence: `${alias} does not gossip since ${since()}: ${status.gossipDown}`, wayOut: `It is started again by itself. If this stays, restart the agent; its log has the reason.` }
        : null,
  },
  {
    code: 'gossip-cut', about: 'instance', severity: 'warning', badge: 'gossip cut', graceMs: 10_000,
    means: 'An instance reports over TCP, but gossip calls it suspected or dead: UDP between the hosts is cut.',
    todo: 'Open the gossip port for UDP in both directions.',
    find: ({ alias, contact, config, gossip, status }, { since, facts }) =>
      contact === 'fresh' && config !== null && status?.gossipDown === undefined && (gossip?.state === 'dead' || gossip?.state === 'suspected') && !lacksGossipKey(status, facts.gossipKey)
        ? { sentence: `${alias} answers, but gossip calls it ${gossip.state} since ${since()}: UDP to ${gossip.address} seems to be cut.`, wayOut: `Open ${gossip.address} for UDP in both directions. Health is seen later, and configuration spreads more slowly, until then.` }
        : null,
  },
  {
    code: 'gossip-key-missing', about: 'instance', severity: 'critical', badge: 'gossip key missing', graceMs: 5000,
    means: 'An agent has not the gossip key that this server seals with: neither opens what the other says, so gossip takes it for dead.',
    todo: 'It was away while the keys were changed. Give it the keys of this server. Where most agents lack the key, it is the server that was away.',
    find: ({ uuid, alias, config, expelled, contact, status, gossip }, { facts, since }) => {
      const { gossipKey } = facts;
      if (expelled || contact === 'lost' || !lacksGossipKey(status, gossipKey)) return null;
      const has = list(status?.gossipKeys?.map(({ id }) => id) ?? []);
      const seen = gossip?.state === 'dead' || gossip?.state === 'suspected' ? ` Gossip calls it ${gossip.state}.` : '';
      const sentence = `${alias} lacks the gossip key ${gossipKey} since ${since()}: it has ${has === '' ? 'none' : `only ${has}`}, and hears nothing of this server.${seen}`;
      if (facts.missedKeys) return { sentence, wayOut: 'Most agents lack it: this server was away while the keys were changed. Stop it, copy `gossip-keys.json` from the data directory of an agent into its own, and start it again.' };
      return {
        sentence,
        wayOut: 'It was away while the keys were changed: give it the keys of this server.',
        repair: { operation: 'gossip.giveKeys', label: `Give ${alias} the gossip keys`, input: { instance: config === null ? uuid : alias } },
      };
    },
  },
  {
    code: 'clock-offset', about: 'instance', severity: 'warning', badge: 'clock differs', graceMs: 5000,
    means: 'The clock of the host differs from this server by more than 2 s (critical beyond 20 s: calls are refused from 30 s on).',
    todo: 'Set the clocks by NTP (`timedatectl set-ntp true`).',
    find: ({ alias, contact, report }) => {
      const offset = report?.clockOffsetMs ?? 0;
      if (contact === 'lost' || Math.abs(offset) <= 2000) return null;
      return {
        sentence: `The clock of ${alias} is ${duration(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} this server's.`,
        wayOut: 'Set the clocks of both hosts by NTP (`timedatectl set-ntp true`). Beyond 30 s the agent refuses what this server asks.',
        severity: Math.abs(offset) > 20_000 ? 'critical' : 'warning',
      };
    },
  },
  {
    code: 'address-changed', about: 'instance', severity: 'warning', badge: 'new address', graceMs: 0,
    means: 'An instance advertises another address than the configuration has: its peers look for it at the old one.',
    todo: 'Take the new address into the configuration.',
    find: ({ alias, config, status }) =>
      config !== null && status !== null && status.uri !== config.uri
        ? {
            sentence: `${alias} is reached at ${status.uri} now; the configuration still says ${config.uri}, so its peers look in the wrong place.`,
            wayOut: 'Take the new address over.',
            repair: { operation: 'instance.edit', label: `Take ${status.uri} for ${alias}`, input: { instance: alias, uri: status.uri } },
          }
        : null,
  },
  {
    code: 'expelled-running', about: 'instance', severity: 'info', badge: 'expelled', graceMs: 5000,
    means: 'An expelled instance still has an agent (information), or still runs a database (critical).',
    todo: 'Stop its agent, or start it with --forget to use it anew.',
    find: ({ alias, expelled, contact, status, gossip }, { since }) => {
      if (!expelled || contact === 'lost') return null;
      const state = status?.state ?? gossip?.payload?.state ?? null;
      const fenced = state === 'expelled' && (status === null || status.database === null);
      return fenced
        ? { sentence: `${alias} was expelled; its agent still runs and keeps it fenced.`, wayOut: 'Stop the agent on its host, or start it with --forget to use the instance anew (its old data is moved aside).' }
        : { severity: 'critical', sentence: `${alias} was expelled, but has not stopped its database since ${since()}.`, wayOut: 'Stop the agent and the Tarantool on its host by hand: whoever still writes there loses those writes.' };
    },
  },
];

const sinceOf = (at: number | null) => (at === null ? {} : { since: at });
