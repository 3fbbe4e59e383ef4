import { slowMs } from '~/core/standing/provider.ts';
import { timingOf } from '~/core/failover/timing.ts';
import { keepsState } from '~/core/topology/master.ts';
import type { Facts } from '~/core/view/facts.ts';
import { list, quoted } from '~/core/view/words.ts';
import { appoints, settingsIn } from './failover-rows.ts';
import type { ClusterRow } from './row.ts';

/** The state provider of failover: is it there, fast enough, and the one that it was? */

type Word = { readonly alias: string; readonly error: string | null; readonly roundTripMs: number | null };

/** What each agent that is heard says of it. */
function wordsIn({ instances }: Facts): Word[] {
  return [...instances.values()].flatMap(({ alias, status, contact }) => {
    const provider = contact === 'fresh' ? status?.failover?.provider : null;
    return provider ? [{ alias, error: provider.error, roundTripMs: provider.roundTripMs }] : [];
  });
}

export const providerRows: readonly ClusterRow[] = [
  {
    code: 'state-provider-lost', about: 'cluster', severity: 'critical', badge: 'state provider lost', graceMs: 3000,
    means: 'No agent reaches the state provider: with failsafe masters write on by promises, otherwise they become read-only when their leases end; nobody is appointed.',
    todo: 'Bring it back. Masters that have become read-only write again by themselves then.',
    find: (context) => {
      const words = wordsIn(context.facts);
      if (!appoints(context) || words.length === 0 || words.some(({ error }) => error === null)) return null;
      const { provider, failsafe } = settingsIn(context)!;
      return { sentence: `No agent has reached the state provider (${provider?.kind ?? 'none'}) since ${context.since()}: ${quoted(words[0]!.error, 'no reason known')}.`, wayOut: `${failsafe === 'off' ? 'Masters are read-only until it is back.' : 'Masters write on as long as the members promise; restart none of them.'} Bring it back, and do not put a backup in its place before a lease has passed.` };
    },
  },
  {
    code: 'state-provider-partly', about: 'cluster', severity: 'warning', badge: 'provider out of reach', graceMs: 5000,
    means: 'Some agents do not reach the state provider, others do: those cannot renew a lease or become master.',
    todo: 'Check the network between them and the provider.',
    find: (context) => {
      const words = wordsIn(context.facts);
      const lost = words.filter(({ error }) => error !== null);
      if (!appoints(context) || lost.length === 0 || lost.length === words.length) return null;
      return { sentence: `${list(lost.map(({ alias }) => alias).toSorted())} cannot reach the state provider since ${context.since()}: ${quoted(lost[0]!.error, 'no reason known')}.`, wayOut: `Check the network from there; ${words.length - lost.length} other${words.length - lost.length === 1 ? '' : 's'} reach it.` };
    },
  },
  {
    code: 'state-provider-slow', about: 'cluster', severity: 'warning', badge: 'provider slow', graceMs: 10_000,
    means: 'The state provider takes more than half of the time that a request may take, or half a second: a little more, and leases run out.',
    todo: 'Look at its disk and its load; take a longer lease.',
    find: (context) => {
      const settings = settingsIn(context);
      if (settings === null || !appoints(context)) return null;
      const { callMs } = timingOf(settings.leaseMs);
      const slow = wordsIn(context.facts).filter(({ error, roundTripMs }) => error === null && roundTripMs !== null && roundTripMs > slowMs(callMs));
      return slow.length === 0 ? null : { sentence: `The state provider has answered ${list(slow.map(({ alias }) => alias).toSorted())} in more than ${Math.round(slowMs(callMs))} ms since ${context.since()}; a request may take ${callMs} ms.`, wayOut: 'Look at its disk (each write is synced) and its load. A longer lease bears more: `coterie failover timing`.' };
    },
  },
  {
    code: 'state-provider-back', about: 'cluster', severity: 'critical', badge: 'provider went back', graceMs: 0, toldByCoordinator: true,
    means: 'The state provider has an older revision than it had: a backup was put back, or it is another one.',
    todo: 'Find out which. Epochs that members know of are never given out again, and a whole lease is waited for.',
    find: (context) => {
      const { wentBack = null } = context.failover.told?.view.provider ?? {};
      if (wentBack === null || !appoints(context)) return null;
      return { sentence: `The state provider went back from revision ${wentBack.from} to ${wentBack.to}: a backup was put back, or it is another one.`, wayOut: 'Find out which. Masters are appointed anew above all that the members know; see `coterie failover incidents` for what that changed.' };
    },
  },
  {
    code: 'stateboard-alone', about: 'cluster', severity: 'info', badge: 'single state', graceMs: 0,
    means: 'Failover keeps its state on one stateboard: while its host is lost nobody is appointed.',
    todo: 'For a state that survives a lost host take etcd on three hosts.',
    find: (context) => {
      if (!appoints(context) || settingsIn(context)?.provider?.kind !== 'stateboard') return null;
      const { config } = context.facts.config!;
      const board = Object.keys(config.replicasets).find((uuid) => keepsState(config, uuid));
      const alias = config.instances[config.replicasets[board ?? '']?.priority[0] ?? '']?.alias ?? 'one instance';
      return { sentence: `The state of failover is on ${alias} alone: while its host is lost no master is appointed.`, wayOut: 'With failsafe masters go on without it. For a state that survives a lost host take etcd: `coterie failover configure --provider etcd --endpoints a:2379,b:2379,c:2379`.' };
    },
  },
];
