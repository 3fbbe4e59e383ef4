import type { Incident, timelineSources } from '~/contract/shapes/incident.ts';
import type { ClusterOverview, Health } from '~/contract/shapes/view.ts';
import { causeWords, isFailover } from './failover-words.ts';
import { fineText } from './format.ts';

/** A change of master as its list and its page tell it. */

export const incidentPath = (id: string): string => `/failover/incidents/${encodeURIComponent(id)}`;

export const incidentsOf = (replicaset: string): string => `/failover?${new URLSearchParams({ tab: 'incidents', replicaset }).toString()}`;

type Of<Key extends keyof Incident> = Pick<Incident, Key>;

export function causeText({ cause, state }: Of<'cause' | 'state'>): string {
  const words = cause === null ? 'Change of master' : causeWords[cause].label;
  switch (state) {
    case 'open':
      return `${words}, under way`;
    case 'aborted':
      return `${words}, given up`;
    case 'done':
      return words;
  }
}

export function incidentMark({ state, cause, rowsLost }: Of<'state' | 'cause' | 'rowsLost'>): Health {
  if (state === 'open') return 'critical';
  if ((rowsLost ?? 0) > 0) return 'critical';
  return state === 'aborted' || (cause !== null && (isFailover(cause) || cause === 'forced')) ? 'warning' : 'ok';
}

export const readOnlyText = ({ readOnlyMs, state }: Of<'readOnlyMs' | 'state'>): string => (readOnlyMs === null ? (state === 'open' ? 'still' : 'not known') : fineText(readOnlyMs));
export const rowsText = ({ rowsLost }: Of<'rowsLost'>): string => (rowsLost === null ? 'not known' : rowsLost === 0 ? 'none' : String(rowsLost));
export const incidentSpan = ({ startedAt, endedAt }: Of<'startedAt' | 'endedAt'>): string | null => (endedAt === null ? null : `took ${fineText(Math.max(1, endedAt - startedAt))}`);

/** "+12 ms", "−1 s": from the beginning of the incident. */
export const sinceText = (ms: number): string => (ms < 0 ? `−${fineText(-ms)}` : `+${fineText(ms)}`);

export const sourceWords = {
  coordinator: 'coordinator', member: 'member', gossip: 'gossip', health: 'health', process: 'process', issue: 'issue', config: 'configuration', operator: 'operator',
} as const satisfies Record<(typeof timelineSources)[number], string>;
export type Source = keyof typeof sourceWords;

/** The time of day to the millisecond: what happened in one second stands in its order. */
export const instantText = (at: number): string => {
  const time = new Date(at);
  return `${[time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')}.${String(time.getMilliseconds()).padStart(3, '0')}`;
};

export const fileNameOf = ({ replicaset, epoch }: Of<'replicaset' | 'epoch'>): string => `incident-${replicaset.alias}-${epoch}.json`;

/** What a program noted, with names where it has uuids. */
export function withNames(text: string, overview: Pick<ClusterOverview, 'instances' | 'replicasets'> | null): string {
  const names = new Map([...(overview?.instances ?? []), ...(overview?.replicasets ?? [])].map(({ uuid, alias }) => [uuid, alias]));
  return text.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (uuid) => names.get(uuid) ?? uuid);
}
