import type { Exposition, Families } from './exposition.ts';

/** What servers and agents export alike: of their gossip and of their process. */

export const gossipFamilies = {
  coterie_gossip_datagrams_total: { type: 'counter', unit: 'datagrams', help: 'Gossip datagrams since the start.', labels: { direction: '`in` or `out`' } },
  coterie_gossip_bytes_total: { type: 'counter', unit: 'bytes', help: 'Bytes of gossip datagrams since the start.', labels: { direction: '`in` or `out`' } },
  coterie_gossip_sends_failed_total: { type: 'counter', unit: 'datagrams', help: 'Datagrams that the system refused to send.' },
  coterie_gossip_probes_total: { type: 'counter', unit: 'probes', help: 'Members that were probed.' },
  coterie_gossip_probes_failed_total: { type: 'counter', unit: 'probes', help: 'Probes that nobody answered, directly or through others.' },
  coterie_gossip_accusations_total: { type: 'counter', unit: 'suspicions', help: 'Suspicions that this member itself raised.' },
  coterie_gossip_false_suspicions_total: { type: 'counter', unit: 'suspicions', help: 'Suspicions, whoever raised them, that turned out wrong.' },
  coterie_gossip_refutations_total: { type: 'counter', unit: 'refutations', help: 'Times that this member had to say that it is alive.' },
  coterie_gossip_health: { type: 'gauge', unit: '0 to 7', help: 'How good a witness this member is: 0 is well, 7 is one that is late itself.' },
} as const satisfies Families;

export const processFamilies = {
  process_resident_memory_bytes: { type: 'gauge', unit: 'bytes', help: 'Resident memory of this process.' },
  process_cpu_seconds_total: { type: 'counter', unit: 'seconds', help: 'CPU time of this process since its start.' },
  process_start_time_seconds: { type: 'gauge', unit: 'seconds', help: 'Start of this process, since the epoch.' },
  nodejs_heap_used_bytes: { type: 'gauge', unit: 'bytes', help: 'Heap of JavaScript in use.' },
} as const satisfies Families;

type Gossips = Exposition<typeof gossipFamilies>;
type Processes = Exposition<typeof processFamilies>;

/** `stats` as the gossip engine counts; what it does not say is left out. */
export function setGossip(exposition: Pick<Gossips, 'set'>, stats: Readonly<Record<string, number>>): void {
  const given = (value: number | undefined, set: (value: number) => void) => value !== undefined && set(value);
  given(stats.datagramsIn, (value) => exposition.set('coterie_gossip_datagrams_total', { labels: { direction: 'in' }, value }));
  given(stats.datagramsOut, (value) => exposition.set('coterie_gossip_datagrams_total', { labels: { direction: 'out' }, value }));
  given(stats.bytesIn, (value) => exposition.set('coterie_gossip_bytes_total', { labels: { direction: 'in' }, value }));
  given(stats.bytesOut, (value) => exposition.set('coterie_gossip_bytes_total', { labels: { direction: 'out' }, value }));
  given(stats.sendsFailed, (value) => exposition.set('coterie_gossip_sends_failed_total', { value }));
  given(stats.probes, (value) => exposition.set('coterie_gossip_probes_total', { value }));
  given(stats.probesFailed, (value) => exposition.set('coterie_gossip_probes_failed_total', { value }));
  given(stats.accusations, (value) => exposition.set('coterie_gossip_accusations_total', { value }));
  given(stats.falseSuspicions, (value) => exposition.set('coterie_gossip_false_suspicions_total', { value }));
  given(stats.refutations, (value) => exposition.set('coterie_gossip_refutations_total', { value }));
  given(stats.health, (value) => exposition.set('coterie_gossip_health', { value }));
}

export type ProcessFigures = { readonly rssBytes: number; readonly heapUsedBytes: number; readonly cpuSeconds: number; readonly startedAt: number };

export function setProcess(exposition: Pick<Processes, 'set'>, { rssBytes, heapUsedBytes, cpuSeconds, startedAt }: ProcessFigures): void {
  exposition.set('process_resident_memory_bytes', { value: rssBytes });
  exposition.set('process_cpu_seconds_total', { value: cpuSeconds });
  exposition.set('process_start_time_seconds', { value: startedAt / 1000 });
  exposition.set('nodejs_heap_used_bytes', { value: heapUsedBytes });
}
