import type { Issue } from '~/contract/shapes/view.ts';
import type { Action } from './actions.ts';
import { countText } from './format.ts';

/** What people say about issues: which words can be given now, and how those that were given read. No drawing. */

/** As a shell names it: by the name where one issue has it, else by its id. */
export function refOfIssue({ id, code, object }: Issue, issues: readonly Issue[]): string {
  const named = issues.filter((one) => one.code === code && one.object.name === object.name);
  return named.length === 1 ? `${code}:${object.name}` : id;
}

export function issueActions(issue: Issue, issues: readonly Issue[]): Action[] {
  const ref = refOfIssue(issue, issues);
  const { code, object } = issue;
  const { acknowledged, muted } = issue;
  return [
    acknowledged ? { operation: 'issue.unacknowledge', label: 'Take the acknowledgement back', input: { issue: ref } } : { operation: 'issue.acknowledge', label: 'Acknowledge', input: { issue: ref } },
    // Ended as it was made: a mute of a whole rule is about other objects too.
    muted ? { operation: 'issue.unmute', label: muted.scope.includes(':') ? 'Unmute' : 'Unmute the whole rule', input: { issue: muted.scope } } : { operation: 'issue.mute', label: 'Mute', input: { issue: ref } },
    // A mute stops its messages too.
    ...(muted ? [] : [{ operation: 'alert.silence' as const, label: 'Silence its alerts', input: { code, ...(object.kind === 'instance' || object.kind === 'replicaset' ? { object: object.id } : {}) } }]),
  ];
}

const hours = [1, 4, 8, 24, 72, 168, 720, 2160] as const;

/** For how long, as a list to choose from; a value that is none of them stays choosable. */
export const spanChoices = (chosen: unknown): { value: string; label: string }[] =>
  [...new Set([...hours, ...(typeof chosen === 'number' ? [chosen] : [])])].toSorted((a, b) => a - b).map((value) => ({ value: String(value), label: value % 24 === 0 ? countText(value / 24, 'day') : countText(value, 'hour') }));

/** What a mute can be about, from the way an issue or a rule is named: the one object, and all of them. */
export function scopesOf(issue: string): { code: string; name: string | null } {
  const at = issue.indexOf(':');
  return at < 0 ? { code: issue, name: null } : { code: issue.slice(0, at), name: issue.slice(at + 1) };
}
