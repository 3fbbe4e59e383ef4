import type { Rule } from '~/contract/rule.ts';
import { severities, type Event } from '~/contract/shapes/view.ts';

/** Which events a rule is about. */

export const codePrefix = 'rule-';
export const codeOfRule = ({ name }: Pick<Rule, 'name'>) => `${codePrefix}${name}`;

/** For the badge of an instance: "repeated crashes". */
export const badgeOfRule = (code: string) => code.slice(codePrefix.length).replaceAll('-', ' ');

/** What rules themselves have raised is told on the timeline too: to count that would go round in circles. */
const isOwn = ({ kind, data }: Event) => kind === 'issue' && typeof data.code === 'string' && data.code.startsWith(codePrefix);

export function matches({ watch, kind, level, text, object }: Rule, event: Event): boolean {
  if (isOwn(event)) return false;
  if (object !== undefined && event.object.id !== object && event.object.name !== object) return false;
  if (watch === 'flapping') return event.kind === 'process' || event.kind === 'issue';
  if (kind !== undefined && event.kind !== kind) return false;
  if (level !== undefined && severities.indexOf(event.severity) < severities.indexOf(level)) return false;
  return text === undefined || event.sentence.toLowerCase().includes(text.toLowerCase());
}
