import type { AlertChannel, AlertDelivery, AlertSilence } from '~/contract/alert.ts';
import type { RetentionView } from '~/contract/retention.ts';
import type { Health } from '~/contract/shapes/view.ts';
import type { z } from 'zod';
import type { Action } from './actions.ts';
import { countText } from './format.ts';
import type { Mark } from './health.ts';

/** Who is told of issues, as the Alerts page tells it. */
export type ChannelRow = z.output<typeof AlertChannel>;
export type SilenceRow = z.output<typeof AlertSilence>;
export type DeliveryRow = z.output<typeof AlertDelivery>;
export type RetentionRow = z.output<typeof RetentionView>;

export const alertTabs = [
  { value: 'channels', label: 'Channels' },
  { value: 'silences', label: 'Silences' },
  { value: 'deliveries', label: 'Deliveries' },
  { value: 'retention', label: 'Retention' },
] as const;
export type AlertTab = (typeof alertTabs)[number]['value'];

export const alertTabFrom = (wanted: string | null): AlertTab => alertTabs.find(({ value }) => value === wanted)?.value ?? 'channels';

/** Whether messages arrive over it: the state of a channel in a word. */
export function channelState({ enabled, failing, queued, lastSentAt }: ChannelRow): { health: Mark; word: string } {
  if (!enabled) return { health: 'off', word: 'disabled' };
  if (failing !== null) return { health: 'critical', word: queued === 0 ? 'fails' : `fails, ${countText(queued, 'message')} waiting` };
  if (queued > 0) return { health: 'warning', word: `${countText(queued, 'message')} waiting` };
  return { health: 'ok', word: lastSentAt === null ? 'ready' : 'works' };
}

/** What it is told of: "warning and above, after 10 s". */
export function ruleText({ minSeverity, codes, objects, forSeconds, repeatHours }: Pick<ChannelRow, 'minSeverity' | 'codes' | 'objects' | 'forSeconds' | 'repeatHours'>): string {
  const least = { info: 'everything', warning: 'warning and critical', critical: 'critical only' }[minSeverity];
  const of = codes.length === 0 ? '' : `, of ${codes.join(', ')}`;
  const about = objects.length === 0 ? '' : `, about ${objects.join(', ')}`;
  return `${least}${of}${about}, ${forSeconds === 0 ? 'at once' : `after ${forSeconds}\u00a0s`}${repeatHours === 0 ? '' : `, again every ${repeatHours}\u00a0h`}`;
}

export const channelActions = ({ name, enabled }: ChannelRow): Action[] => [
  { operation: 'alert.editChannel', label: 'Edit', input: { channel: name } },
  { operation: 'alert.editChannel', label: enabled ? 'Disable' : 'Enable', input: { channel: name, enabled: !enabled } },
  { operation: 'alert.removeChannel', label: 'Remove', input: { channel: name }, danger: true },
];

export const deliveryHealth = { sent: 'ok', queued: 'warning', failed: 'critical' } as const satisfies Record<DeliveryRow['state'], Health>;

export function deliveryWord({ state, attempts }: DeliveryRow): string {
  switch (state) {
    case 'sent':
      return attempts > 1 ? `sent at attempt ${attempts}` : 'sent';
    case 'queued':
      return attempts === 0 ? 'waits' : `waits after ${countText(attempts, 'attempt')}`;
    case 'failed':
      return 'not delivered';
  }
}

/** What a silence is about, for its row. */
export function silenceText({ code, object, severity }: Pick<SilenceRow, 'code' | 'object' | 'severity'>): string {
  const what = code ?? 'everything';
  return `${what}${object === null || object.kind === 'cluster' ? '' : ` about ${object.name}`}${severity === null ? '' : `, up to ${severity}`}`;
}

export const retentionRows = [
  { field: 'eventDays', oldest: 'event', label: 'Events', note: 'the newest 200 000 at most' },
  { field: 'auditDays', oldest: 'audit', label: 'Audit log', note: 'at least 30 days' },
  { field: 'deliveryDays', oldest: 'delivery', label: 'Alert messages', note: 'what waits is not deleted' },
  { field: 'runDays', oldest: 'run', label: 'Apply runs', note: 'configuration versions stay for good' },
] as const;
