import type { Health, InstanceView, Severity } from '~/contract/shapes/view.ts';

/** What is drawn: one that is switched off, or whose trouble is muted, is not at fault, and not at work either. */
export type Mark = Health | 'off';
export const marks = ['ok', 'off', 'warning', 'critical', 'unknown'] as const satisfies readonly Mark[];

type Marked = Pick<InstanceView, 'health' | 'disabled' | 'expelled' | 'configured' | 'state' | 'gossip'>;

/** What is well in nobody's way but does not serve is no green one. */
export function markOf({ health, disabled, expelled, configured, state, gossip }: Marked): Mark {
  if (expelled) return 'off';
  if (health === 'disabled') return 'off';
  if (health !== 'ok' || !configured) return health;
  return disabled || state !== 'ready' || gossip === 'dead' ? 'off' : 'ok';
}

/** Colour names of the theme by judgement. Every place that shows one also has a shape and a word. */
export const healthColours = { ok: 'green', warning: 'yellow', critical: 'red', unknown: 'gray' } as const satisfies Record<Health, string>;
export const healthWords = { ok: 'Healthy', warning: 'Warning', critical: 'Critical', unknown: 'Unknown', off: 'Off' } as const satisfies Record<Mark, string>;
export const severityHealth = { info: 'unknown', warning: 'warning', critical: 'critical' } as const satisfies Record<Severity, Health>;

/** What its agent says of it; of one that nobody hears, what it said last. */
export const stateText = ({ state, goal, gossip }: Pick<InstanceView, 'state' | 'goal' | 'gossip'>): string =>
  `${gossip === 'dead' ? 'last state' : 'state'} ${state ?? 'unknown'}${goal !== null && goal !== state ? `, goal ${goal}` : ''}`;
