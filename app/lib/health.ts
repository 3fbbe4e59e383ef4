import type { Health, Severity } from '~/contract/shapes/view.ts';

/** Colour names of the theme by judgement. Every place that shows one also has a shape and a word. */
export const healthColours = { ok: 'green', warning: 'yellow', critical: 'red', unknown: 'gray' } as const satisfies Record<Health, string>;
export const healthWords = { ok: 'Healthy', warning: 'Warning', critical: 'Critical', unknown: 'Unknown' } as const satisfies Record<Health, string>;
export const severityHealth = { info: 'unknown', warning: 'warning', critical: 'critical' } as const satisfies Record<Severity, Health>;
