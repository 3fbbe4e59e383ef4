import type { ProviderStanding } from '~/contract/shapes/failover-status.ts';
import type { CoordinatorView } from '~/contract/shapes/failover-view.ts';
import type { StateProviderConfig } from '~/contract/shapes/failover.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { timingOf } from '~/core/failover/timing.ts';
import { failoverOf } from '~/core/topology/failover-settings.ts';
import { list } from '~/core/view/words.ts';
import type { Known } from './replicaset.ts';
import { namesIn } from './replicaset.ts';
import { ages } from '~/core/view/report.ts';

/** The state provider as the agents find it, with what the coordinator knows of its endpoints. */

export function providerStandingOf({ config, reports, now }: Known, told: CoordinatorView['provider'] | null): ProviderStanding | null {
  const { provider, leaseMs } = failoverOf(config);
  if (provider === null) return null;
  const named = namesIn(config);
  const words = Object.keys(config.instances).toSorted().flatMap((uuid) => {
    const report = reports.get(uuid);
    const view = report && now - report.receivedAt <= ages.staleMs ? report.status.failover?.provider : null;
    return view ? [{ uuid, view }] : [];
  });
  const lost = words.filter(({ view }) => view.error !== null);
  const reached = words.length - lost.length;
  const slowest = Math.max(-1, ...words.map(({ view }) => view.roundTripMs ?? -1));
  const error = told?.error ?? (reached === 0 ? (lost[0]?.view.error ?? null) : null);
  const standing = {
    kind: provider.kind,
    place: told?.place ?? words[0]?.view.place ?? placeOf(provider, config),
    roundTripMs: told?.roundTripMs ?? (slowest < 0 ? null : slowest),
    error,
    revision: told?.revision ?? null,
    wentBack: told?.wentBack ?? null,
    settlingMs: told?.settlingMs ?? 0,
    preVote: told?.preVote ?? null,
    endpoints: told?.endpoints ?? [],
    reachedBy: reached,
    lostBy: lost.map(({ uuid }) => named(uuid)!),
  };
  return { ...standing, ...judged(standing, { words: words.length, callMs: timingOf(leaseMs).callMs, slowest }) };
}

/** A round trip that is longer is a warning: an agent waits 800 ms for one, and a request to the end of the lease is longer. */
export const slowMs = (callMs: number): number => Math.min(callMs / 2, 500);

type Facts = Omit<ProviderStanding, 'health' | 'sentence'>;

function judged({ error, wentBack, lostBy, settlingMs, endpoints, roundTripMs }: Facts, { words, callMs, slowest }: { words: number; callMs: number; slowest: number }): Pick<ProviderStanding, 'health' | 'sentence'> {
  if (words === 0 && error === null && roundTripMs === null) return { health: 'unknown', sentence: 'No agent has said yet whether it reaches it.' };
  if (error !== null) return { health: 'critical', sentence: `It cannot be reached: ${error}` };
  if (wentBack !== null) return { health: 'critical', sentence: `It went back from revision ${wentBack.from} to ${wentBack.to}: a backup was put back, or it is another one.` };
  if (lostBy.length > 0) return { health: 'warning', sentence: `${list(lostBy.map(({ alias }) => alias))} cannot reach it.` };
  const bad = endpoints.filter((endpoint) => endpoint.error !== null || endpoint.alarms.length > 0);
  if (bad.length > 0) return { health: 'warning', sentence: `${list(bad.map(({ address, error: why, alarms }) => `${address} (${why ?? alarms.join(', ')})`))} of ${endpoints.length} endpoints ${bad.length === 1 ? 'is' : 'are'} not well.` };
  if (slowest > slowMs(callMs)) return { health: 'warning', sentence: `It answers slowly: ${Math.round(slowest)} ms, of the ${callMs} ms that a request may take.` };
  if (settlingMs > 0) return { health: 'warning', sentence: `It has just come back and grants nothing for another ${Math.ceil(settlingMs / 1000)} s.` };
  return { health: 'ok', sentence: roundTripMs === null ? 'It answers.' : `It answers within ${roundTripMs < 10 ? roundTripMs.toFixed(1) : Math.round(roundTripMs)} ms.` };
}

function placeOf(provider: StateProviderConfig, config: ClusterConfig): string {
  if (provider.kind === 'etcd') return `etcd ${provider.endpoints.map((endpoint) => `${provider.tls === true ? 'https' : 'http'}://${endpoint}`).join(', ')} under ${provider.prefix ?? `/coterie/${config.name}`}`;
  const board = Object.values(config.replicasets).find(({ roles }) => roles.includes('stateboard'));
  const instance = config.instances[board?.priority[0] ?? ''];
  return instance ? `stateboard ${instance.alias} at ${instance.uri}` : 'stateboard';
}
