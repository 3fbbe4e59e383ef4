import type { StateProviderConfig } from '~/contract/shapes/failover.ts';
import { canonicalJson } from '~/core/config/canonical.ts';
import type { Facts } from './facts.ts';
import { failoverOf, needsProvider } from './failover-settings.ts';
import type { Leaders } from './leader.ts';
import { enabledMembersOf, isAppointed } from './master.ts';
import type { Step } from './refusal.ts';

/** What becomes of the masters when the way in which they are found changes; no master moves by that alone. */
export function failoverSteps(facts: Facts): Step[] {
  const { before, after } = facts;
  const [old, now] = [failoverOf(before), failoverOf(after)];
  const step = (sentence: string, reason: string): Step => ({ kind: 'setFailover', target: 'failover', sentence, reason });
  const steps: Step[] = [];
  const [appointed, unappointed] = [true, false].map((begins) => facts.sorted(Object.keys(before.replicasets).filter((uuid) => after.replicasets[uuid] && isAppointed(before, uuid) !== begins && isAppointed(after, uuid) === begins)));
  const why = old.mode === now.mode ? 'Not every instance of it is to be writable any more.' : `Failover mode changes from ${old.mode} to ${now.mode}.`;
  if (appointed?.length) steps.push(step(`The masters of ${facts.aliases(appointed)} are appointed from now on: each stays, takes a lease of ${seconds(now.leaseMs)} from ${place(now.provider)}, and holds its writes for a moment while it does. The others follow it alone.`, why));
  if (unappointed?.length) steps.push(step(`The masters of ${facts.aliases(unappointed)} give up their leases and go on writing; who is first in the priority leads.`, old.mode === now.mode ? 'Every instance of it is to be writable.' : why));
  if (old.mode !== now.mode && needsProvider(old.mode) && needsProvider(now.mode)) {
    steps.push(step(now.mode === 'manual' ? 'Leases go on, but a master that is lost is replaced by order of a person only.' : 'A master that is lost is replaced by itself from now on.', why));
  }
  if (needsProvider(old.mode) && needsProvider(now.mode) && !same(old.provider, now.provider)) {
    steps.push(step(`Appointments are kept in ${place(now.provider)} from now on: leases are taken there anew, and each replicaset takes no writes for about ${seconds(now.leaseMs)}, until its master is appointed there.`, `The state provider changes from ${place(old.provider)}.`));
  }
  if (needsProvider(old.mode) && needsProvider(now.mode) && old.leaseMs !== now.leaseMs) {
    steps.push(step(`Leases last ${seconds(now.leaseMs)} from their next renewal on, instead of ${seconds(old.leaseMs)}; masters go on writing.`, now.leaseMs > old.leaseMs ? 'It takes longer until a lost host is replaced, and longer outages of the state provider do no harm.' : 'A lost host is replaced sooner, and shorter outages of the state provider do harm.'));
  }
  return steps;
}

/** Where masters are appointed the priority moves none: it says who is taken among equals. */
export function preferenceStep(facts: Facts, replicaset: string, { old, wasAppointed, isAppointed: is, replaced }: Leaders): Step[] {
  const { before, after, aliasOf } = facts;
  if (!wasAppointed || !is || replaced) return [];
  // Who comes or goes changes nothing for the others.
  const order = (config: typeof after) => (config.replicasets[replicaset]?.priority ?? []).filter((uuid) => before.instances[uuid] && after.instances[uuid]).map((uuid) => [uuid, config.instances[uuid]?.electable]);
  if (same(order(before), order(after))) return [];
  const { mode, autoreturnSeconds, preferredZone } = failoverOf(after);
  const able = enabledMembersOf(after, replicaset).filter((uuid) => after.instances[uuid]?.electable);
  const preferred = able.find((uuid) => preferredZone === null || after.instances[uuid]?.zone === preferredZone) ?? able[0];
  if (preferred === undefined) return [];
  const stays = old === null ? '' : ` ${aliasOf(old)} goes on leading it${after.instances[old]?.electable ? '' : ', though it is not to be elected any more, until another one is appointed'}.`;
  const then = preferred === old ? '' : mode === 'stateful' && autoreturnSeconds !== null ? ` ${aliasOf(preferred)} leads when it has followed for ${autoreturnSeconds} s.` : ` ${aliasOf(preferred)} is taken when a master is appointed anew and others have no more rows.`;
  return [{ kind: 'setFailover', target: replicaset, sentence: `The priority of ${aliasOf(replicaset)} is a preference, and moves no master.${stays}${then}`, reason: `Failover mode ${mode}: masters are appointed. To change one, switch over: \`coterie failover switch ${aliasOf(replicaset)}\`.` }];
}

/** What is given up or rests on little: said when the way of finding masters changes. */
export function failoverWarnings({ before, after, aliases, sorted }: Facts): string[] {
  const [old, now] = [failoverOf(before), failoverOf(after)];
  if (same(before.failover, after.failover)) return [];
  if (now.mode === 'eventual') return ['Mode eventual is unsafe: instances that hear different things have two masters, and rows are lost.'];
  if (!needsProvider(now.mode)) {
    return needsProvider(old.mode) ? ['Given up: a master that is lost stays lost until somebody edits the priority or disables it, and one that is cut off while it is disabled goes on writing until it hears of it.'] : [];
  }
  const holders = (role: string) => sorted(Object.keys(after.replicasets).filter((uuid) => after.replicasets[uuid]?.roles.includes(role)).flatMap((uuid) => enabledMembersOf(after, uuid)));
  const [coordinators, boards] = [holders('failover-coordinator'), holders('stateboard')];
  return [
    ...(coordinators.length === 1 ? [`${aliases(coordinators)} is the only failover coordinator: while it is away no lost master is replaced.`] : []),
    ...(now.provider?.kind === 'stateboard' && (!needsProvider(old.mode) || old.provider?.kind !== 'stateboard') ? [`The stateboard ${aliases(boards)} is one instance: while it is away nobody is appointed, and masters ${now.failsafe === 'off' ? 'stop writing when their lease is over' : 'write by the promises of the others'}.`] : []),
  ];
}

const same = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null);

const seconds = (ms: number): string => `${ms / 1000} s`;

function place(provider: StateProviderConfig | null): string {
  switch (provider?.kind) {
    case undefined:
      return 'nowhere';
    case 'stateboard':
      return 'the stateboard';
    case 'etcd':
      return `etcd at ${provider.endpoints.join(', ')}`;
  }
}
