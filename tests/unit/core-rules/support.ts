import type { Rule } from '~/contract/rule.ts';
import type { Event, ObjectRef } from '~/contract/shapes/view.ts';

export const cluster: ObjectRef = { kind: 'cluster', id: 'c', name: 'c' };
export const minute = 60_000;
/** When the tests begin. */
export const t0 = 1_700_000_000_000;

export const ruleOf = (given: Partial<Rule> = {}): Rule => ({ name: 'r', watch: 'count', per: 'object', count: 3, minutes: 10, severity: 'warning', todo: 'look', enabled: true, ...given });

let number = 0;
/** `at` in minutes after the beginning. */
export const eventAt = (at: number, name: string, given: Partial<Event> = {}): Event => ({ id: (number += 1), at: t0 + at * minute, kind: 'process', severity: 'warning', object: { kind: 'instance', id: `id-${name}`, name }, sentence: `${name} did something.`, actor: null, data: {}, ...given });

export const crash = (at: number, name: string) => eventAt(at, name, { severity: 'critical', data: { before: 'ready', after: 'crashed' } });
export const ready = (at: number, name: string) => eventAt(at, name, { severity: 'info', data: { before: 'crashed', after: 'ready' } });
