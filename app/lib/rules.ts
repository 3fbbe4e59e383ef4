import type { z } from 'zod';
import type { contract } from '~/contract/index.ts';
import { watchKinds } from '~/contract/rule.ts';
import type { Action } from './actions.ts';

/** Rules over the event stream as the Issues page tells them. No drawing. */
export type RuleRow = z.output<typeof contract.rule.list.output>[number];
type WatchKind = (typeof watchKinds)[number];

export const watchWords = {
  count: { label: 'Too many events', text: 'So many events within the window' },
  rate: { label: 'Too high a rate', text: 'So many events a minute, over the whole window' },
  flapping: { label: 'Flapping', text: 'So many turns from healthy to not within the window' },
  absence: { label: 'Nothing came', text: 'No such event for the whole window' },
} as const satisfies Record<WatchKind, { label: string; text: string }>;

/** Which fields mean something to this kind of rule. */
export const fieldsOf = (watch: unknown) => ({ filters: watch !== 'flapping', per: watch !== 'absence', count: watch !== 'absence' });

const factors = { minutes: 1, hours: 60, days: 1440 } as const;
export type Unit = keyof typeof factors;
export const units = Object.keys(factors) as Unit[];

/** The biggest unit that leaves a whole number. */
export function spanOf(minutes: number): { value: number; unit: Unit } {
  const unit = units.toReversed().find((one) => minutes >= factors[one] && minutes % factors[one] === 0) ?? 'minutes';
  return { value: minutes / factors[unit], unit };
}
export const minutesOf = (value: number, unit: Unit) => value * factors[unit];

export function ruleActions({ name, enabled, builtIn, changed }: RuleRow): Action[] {
  return [
    { operation: 'rule.edit', label: 'Edit', input: { name } },
    { operation: 'rule.edit', label: enabled ? 'Switch off' : 'Switch on', input: { name, enabled: !enabled } },
    ...(builtIn ? (changed ? [{ operation: 'rule.remove', label: 'Bring back as it came', input: { name } } as const] : []) : [{ operation: 'rule.remove', label: 'Remove', input: { name }, danger: true } as const]),
  ];
}

/** Where a rule came from. */
export const originOf = ({ builtIn, changed, by }: RuleRow) => (builtIn ? (changed ? `built in, changed by ${by ?? 'somebody'}` : 'built in') : (by ?? ''));

export const issuesTabs = [{ value: 'now', label: 'Now' }, { value: 'rules', label: 'Rules' }] as const;
export const issuesTabFrom = (tab: string | null) => (tab === 'rules' ? 'rules' : 'now');
