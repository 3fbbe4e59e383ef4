import { FailoverStatus, type ChangePreview, type FailoverSettingsView, type MemberStanding, type ReplicasetStanding, type TimingView } from '~/contract/shapes/failover-status.ts';
import { Incident, IncidentDetail } from '~/contract/shapes/incident.ts';
import type { ClusterOverview, InstanceView, ReplicasetView } from '~/contract/shapes/view.ts';
import { presets, timingFaults, timingOf, worstCase, worstCaseSentence, leaseFor } from '~/core/failover/timing.ts';

/** Failover of the made-up clusters, to look at. The contract checks it. */

const settings = (mode: FailoverSettingsView['mode']): FailoverSettingsView => ({ mode, provider: mode === 'disabled' ? null : { kind: 'stateboard' }, leaseMs: 2000, failsafe: 'majority', autoreturnSeconds: null, preferredZone: null, lossRowsMax: null, failoversMax: 3, failoverWindowSeconds: 600 });

export function timingFixture(leaseMs = 2000, providerFailoverMs = 1000): TimingView {
  const timing = timingOf(leaseMs);
  const worst = (ms: number) => ({ ...worstCase(timingOf(ms)), sentence: worstCaseSentence(timingOf(ms)) });
  return {
    leaseMs, providerFailoverMs, faults: timingFaults(timing, providerFailoverMs), worstCase: worst(leaseMs), leaseMsMin: leaseFor(providerFailoverMs),
    rows: [
      { name: 'renewMs', label: 'Renewal', ms: timing.renewMs, explanation: 'the master asks for another lease so often: a quarter of it' },
      { name: 'marginMs', label: 'Margin', ms: timing.marginMs, explanation: 'the master stops so long before its lease ends: the fence, and clocks that are off by 5 %' },
      { name: 'callMs', label: 'One request', ms: timing.callMs, explanation: 'to the state provider; two attempts fit before the end' },
    ],
    presets: Object.entries(presets).map(([name, { timing: { leaseMs: ms }, providerFailoverMs: away }]) => ({ name, leaseMs: ms, providerFailoverMs: away, sentence: `A state provider that changes its leader within ${away} ms.`, worstCase: worst(ms) })),
  };
}

const named = ({ uuid, alias }: { uuid: string; alias: string }) => ({ uuid, alias });

function member(one: InstanceView, set: ReplicasetView, { leased, master }: { leased: boolean; master: InstanceView | undefined }): MemberStanding {
  const heard = one.health !== 'unknown';
  const leads = one.uuid === master?.uuid;
  return {
    ...named(one), zone: one.zone, priority: one.priority ?? 0, electable: one.electable, disabled: one.disabled, heard, reportedAt: one.reportedAt,
    standing: !leased ? null : leads ? 'master' : one.health === 'critical' ? 'fenced' : 'follower', writable: leads, epoch: leased ? (one.health === 'critical' ? 4 : 5) : 0,
    leaseLeftMs: leased && leads ? 1610 : null, leaseMs: leased ? 2000 : null, failsafe: false, upstream: leads || !master ? null : named(master), lagSeconds: leads ? null : one.lagSeconds,
    obstacle: null, diverged: one.health === 'critical' ? '12 rows after 1042' : null, lostRows: one.health === 'critical' ? 1 : 0, provider: leased ? { error: null, roundTripMs: 0.7 } : null,
  };
}

function standing(set: ReplicasetView, overview: ClusterOverview, { leased, troubled }: { leased: boolean; troubled: boolean }): ReplicasetStanding {
  const of = set.instances.map((uuid) => overview.instances.find((one) => one.uuid === uuid)!);
  const master = of.find(({ leadership }) => leadership === 'master');
  const members = of.map((one) => member(one, set, { leased, master }));
  const next = members.find((one) => one.uuid !== master?.uuid && one.heard && !one.disabled && one.diverged === null);
  return {
    ...named(set), durability: 'availability', minReplicas: 0, allRw: false, master: master ? named(master) : null, epoch: leased ? 5 : 0, phase: leased ? 'normal' : null, target: null,
    cause: leased ? (troubled ? 'expiry' : 'switchover') : null, leaseAgeMs: leased ? 210 : null, leaseLeftMs: leased && master ? 1610 : null, released: null,
    blocked: leased && !master ? 's1-2 would have to be heard: it has rows that nobody else has.' : null, manual: leased && troubled && master ? '3 failovers within 10 minutes, the last because its lease ran out.' : null,
    working: leased && !master ? 'hears the members' : null, next: next ? named(next) : null, nextReason: next ? 'It has every row of the master.' : 'No other member can lead.', policy: leased ? { voters: set.instances, copies: 1, promises: 2, gate: 0 } : null,
    unfenced: null, health: master ? (next ? 'ok' : 'warning') : 'critical', sentence: master ? (next ? 'writes, and another one is ready' : 'writes, but nobody could take over') : 'nobody can write', members,
  };
}

export function failoverFixture(overview: ClusterOverview, { mode = 'stateful', paused = false, now }: { mode?: FailoverSettingsView['mode']; paused?: boolean; now: number }): FailoverStatus {
  const leased = mode === 'stateful' || mode === 'manual';
  const troubled = overview.issues.length > 0;
  const coordinators = overview.instances.filter(({ roles }) => roles.includes('failover-coordinator'));
  const down = overview.instances.find(({ health }) => health === 'unknown');
  return FailoverStatus.parse({
    at: now, mode, modeSentence: '', settings: settings(mode), timing: timingFixture(),
    source: { kind: 'coordinator', coordinator: coordinators[0] ? named(coordinators[0]) : null, term: 7, why: null },
    provider: leased ? { kind: 'stateboard', place: 'stateboard sb-1 at 127.0.0.1:3309', health: troubled ? 'warning' : 'ok', sentence: troubled ? 'One agent does not reach the stateboard.' : 'The stateboard answers.', roundTripMs: 0.8, error: null, revision: 1042, wentBack: null, settlingMs: 0, preVote: 'not needed', endpoints: [{ address: '127.0.0.1:3309', role: 'single', version: '2.6.0', roundTripMs: 0.8, error: null, alarms: [], databaseBytes: null }], reachedBy: troubled ? 5 : 6, lostBy: troubled && down ? [named(down)] : [] } : null,
    coordinators: leased ? coordinators.map((one, index) => ({ ...named(one), zone: one.zone, heard: true, active: index === 0, term: 7, holder: named(coordinators[0]!), since: now - 3_600_000 })) : [],
    pause: paused ? { by: 'admin', reason: 'switches are replaced in dc-east', forMs: 3_600_000, leftMs: 1_830_000, until: now + 1_830_000 } : null, pauseKnown: true,
    replicasets: overview.replicasets.filter(({ roles }) => roles.includes('storage')).map((set) => standing(set, overview, { leased, troubled })),
    orders: [],
  });
}

export function previewFixture(status: FailoverStatus, replicaset: string, to: string | undefined): ChangePreview {
  const set = status.replicasets.find(({ alias }) => alias === replicaset)!;
  const chosen = set.members.find(({ alias }) => alias === to) ?? set.members.find(({ uuid }) => uuid === set.next?.uuid);
  return {
    replicaset: named(set), kind: set.master ? 'switchover' : 'promotion', possible: true, sentence: '', from: set.master, to: chosen ? named(chosen) : null, reason: 'It has every row of the master.', expectedPauseMs: 30, worstPauseMs: 2000, rowsAtRisk: 0, rowsSentence: 'The old master waits until the new one has every row.',
    candidates: set.members.map((one) => ({ ...named(one), zone: one.zone, master: one.uuid === set.master?.uuid, can: one.heard && one.diverged === null && one.uuid !== set.master?.uuid, chosen: one.uuid === chosen?.uuid, why: one.uuid === set.master?.uuid ? 'leads now' : one.heard ? 'has every row of the master' : 'its agent does not answer', rowsBehind: one.uuid === set.master?.uuid ? 0 : 3 })),
    routers: [], steps: [], migration: null, refusals: [], warnings: [],
  };
}

export function incidentFixtures(status: FailoverStatus, now: number): Incident[] {
  const [set] = status.replicasets;
  if (!set || set.members.length < 2) return [];
  const [a, b] = [named(set.members[0]!), named(set.members[1]!)];
  const base = { replicaset: named(set), from: a, to: b, state: 'done' as const };
  return Incident.array().parse([
    { ...base, id: `${set.uuid}:5`, epoch: 5, cause: 'expiry', startedAt: now - 95_000, endedAt: now - 92_700, readOnlyMs: 2140, rowsLost: 12, sentence: `${b.alias} replaced ${a.alias} as the master of ${set.alias}: its lease ran out.` },
    { ...base, id: `${set.uuid}:4`, epoch: 4, cause: 'switchover', from: b, to: a, startedAt: now - 4_000_000, endedAt: now - 3_999_960, readOnlyMs: 14, rowsLost: 0, sentence: `admin handed ${set.alias} over from ${b.alias} to ${a.alias}.` },
    { ...base, id: `${set.uuid}:3`, epoch: 3, cause: 'crash', startedAt: now - 90_000_000, endedAt: now - 89_999_950, readOnlyMs: 48, rowsLost: 0, sentence: `${b.alias} replaced ${a.alias} as the master of ${set.alias}: its process ended.` },
    { ...base, id: `${set.uuid}:3:1`, epoch: 3, cause: 'switchover', state: 'aborted', startedAt: now - 91_000_000, endedAt: now - 90_998_000, readOnlyMs: 2000, rowsLost: 0, sentence: `A switchover of ${set.alias} to ${b.alias} was given up.` },
  ]);
}

export function incidentFixture(incident: Incident): IncidentDetail {
  const { startedAt: start, from, to, epoch } = incident;
  const entry = (afterMs: number, source: string, what: string, instance: typeof from, sentence: string, detail: string | null = null) => ({ at: start + afterMs, sinceStartMs: afterMs, source, what, instance, epoch: afterMs < 2100 ? epoch - 1 : epoch, sentence, detail, actor: null });
  return IncidentDetail.parse({
    ...incident, epochs: { from: epoch - 1, to: epoch }, evidence: [`The lease of ${from?.alias} has not changed for 2.1 s.`, `Gossip calls ${from?.alias} dead.`, `${to?.alias} does not hear ${from?.alias} any more.`],
    decision: { replicaset: incident.replicaset.uuid, epoch, term: 7, cause: incident.cause ?? 'expiry', from: from?.uuid ?? null, to: to!.uuid, evidence: [`${to?.alias} can lead: it has the most rows of those that were heard.`, `${from?.alias} cannot lead: it was not heard.`], rowsLost: incident.rowsLost },
    timeline: [
      entry(-800, 'gossip', 'suspected', from, `${from?.alias} is suspected: it does not answer pings.`),
      entry(0, 'member', 'lost', from, `${from?.alias} does not reach the state provider.`, 'connect ECONNREFUSED 127.0.0.1:3309'),
      entry(1740, 'member', 'lapsed', from, `The lease of ${from?.alias} ended: it is read-only.`),
      entry(2100, 'coordinator', 'decided', to, `${to?.alias} is appointed.`, 'by 2 of 2 members heard'),
      entry(2118, 'member', 'demoted', to, `${to?.alias} follows nobody any more.`),
      entry(2140, 'member', 'promoted', to, `${to?.alias} writes.`),
    ],
    readOnlySentence: 'From the end of the old lease to the first row of the new master.', rowsSentence: incident.rowsLost ? `${incident.rowsLost} rows that only ${from?.alias} had are in lost and found.` : 'Every row was there.',
    lostRows: incident.rowsLost && from ? [{ instance: from, name: `epoch-${epoch}.jsonl`, rows: incident.rowsLost, complete: true }] : [], notes: incident.cause === 'expiry' ? [`The agent of ${from?.alias} could not be asked: its part of the timeline may be missing.`] : [],
  });
}
