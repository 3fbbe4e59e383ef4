import type { Health, InstanceView, Severity } from '~/contract/shapes/view.ts';

/** Colour names of the theme by judgement. Every place that shows one also has a shape and a word. */
export const healthColours = { ok: 'green', warning: 'yellow', critical: 'red', unknown: 'gray' } as const satisfies Record<Health, string>;
export const healthWords = { ok: 'Healthy', warning: 'Warning', critical: 'Critical', unknown: 'Unknown' } as const satisfies Record<Health, string>;
export const severityHealth = { info: 'unknown', warning: 'warning', critical: 'critical' } as const satisfies Record<Severity, Health>;

/** What its agent says of it; of one that nobody hears, what it said last. */
export const stateText = ({ state, goal, gossip }: Pick<InstanceView, 'state' | 'goal' | 'gossip'>): string =>
  `${gossip === 'dead' ? 'last state' : 'state'} ${state ?? 'unknown'}${goal !== null && goal !== state ? `, goal ${goal}` : ''}`;
