import type { Named } from '~/contract/shapes/failover-status.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { Severity } from '~/contract/shapes/view.ts';
import { withNames } from '~/core/incidents/detail.ts';
import { idOf } from '~/core/incidents/incident.ts';
import { after, before, epochOf, wordsOf, type TrailRow } from '~/core/incidents/rows.ts';
import type { EventDraft } from './draft.ts';

/** What the agents noted about failover, as far as it is news for the timeline. Each names the incident that it belongs to. */

const severities: Partial<Record<TrailRow['what'], Severity>> = {
  exited: 'warning', decided: 'warning', promoted: 'info', aborted: 'warning', blocked: 'warning', manual: 'warning', failsafe: 'warning', lapsed: 'warning',
  lost: 'info', diverged: 'critical', rebuilt: 'info', active: 'info', providerLost: 'warning', providerBack: 'info',
};

export function failoverEvents(rows: readonly TrailRow[], config: ClusterConfig | null): EventDraft[] {
  const instance = (uuid: string): Named => ({ uuid, alias: config?.instances[uuid]?.alias ?? config?.expelled[uuid]?.alias ?? uuid.slice(0, 8) });
  const cluster = config?.name ?? 'cluster';
  const told = new Set<string>();
  return rows.flatMap((row): EventDraft[] => {
    const severity = severities[row.what];
    if (severity === undefined) return [];
    // A coordinator notes its own state for each replicaset: that is one event.
    const ofAll = row.what === 'active' || row.what === 'providerLost' || row.what === 'providerBack';
    const key = `${row.what} ${row.agent} ${Math.floor(row.at / 1000)}`;
    if (ofAll && told.has(key)) return [];
    told.add(key);
    const replicaset = { uuid: row.replicaset, alias: config?.replicasets[row.replicaset]?.alias ?? row.replicaset.slice(0, 8) };
    const names = { replicaset, instance };
    const sentence = wordsOf(row, instance(row.agent).alias, (text) => withNames(text, names));
    const data = { what: row.what, epoch: row.epoch, agent: row.agent };
    if (ofAll) return [{ at: row.at, kind: 'failover', severity, object: { kind: 'cluster', id: cluster, name: cluster }, sentence, actor: null, data }];
    return [{ at: row.at, kind: 'failover', severity, object: { kind: 'replicaset', id: replicaset.uuid, name: replicaset.alias }, sentence: `${replicaset.alias}: ${sentence}`, actor: null, data: { ...data, incident: incidentOf(row) } }];
  });
}

/** The change that it is a sign or a part of; a try that was given up is found from there. */
function incidentOf(row: TrailRow): string {
  const epoch = epochOf(row);
  const next = before.has(row.what) || row.what === 'aborted';
  return idOf(row.replicaset, { epoch: next && !after.has(row.what) ? epoch + 1 : epoch, attempt: 0 });
}
