import type { Issue, ObjectRef } from '~/contract/shapes/view.ts';
import type { Seen } from './detect.ts';

/**
 * What people have said about issues. An acknowledgement is of one issue while it lasts: "seen, I am at it". A mute is of a
 * rule, at one object or at all, until a moment: "do not count this". Neither is ever taken back by a timer: both are
 * compared with the present at each look, so a server that was away sees the same as one that was not.
 */
export type Mark = {
  readonly kind: 'acknowledged' | 'muted';
  /** An issue's id (code and object); of a mute also a code alone: all objects of that rule. */
  readonly scope: string;
  /** What it is about; the cluster where it is about all. */
  readonly object: ObjectRef;
  readonly by: string;
  readonly at: number;
  /** Null: as long as the issue lasts. A mute always has one. */
  readonly until: number | null;
  readonly reason: string | null;
};

export type Moment = { readonly now: number; readonly seen: Seen };

export const marksMax = 1000;

/** The code in a scope or in an issue's id. */
export const codeOf = (scope: string) => scope.split(':', 1)[0]!;

/** "no-master of s1", "all no-master". */
export const nameOf = ({ scope, object }: Pick<Mark, 'scope' | 'object'>) => (scope.includes(':') ? `${codeOf(scope)} of ${object.name}` : `all ${scope}`);

/** An issue that has ended and come back is another one: nobody has acknowledged that. */
export function inForce(marks: readonly Mark[], { now, seen }: Moment): Mark[] {
  return marks.filter(({ kind, scope, at, until }) => {
    if (until !== null && until <= now) return false;
    switch (kind) {
      case 'muted':
        return true;
      case 'acknowledged': {
        const first = seen.get(scope);
        return first !== undefined && first <= at;
      }
    }
  });
}

/** Over for so long that no server's clock or view of the cluster can doubt it: may be forgotten. */
export function forgettable(marks: readonly Mark[], { now, seen }: Moment): Mark[] {
  const valid = new Set(inForce(marks, { now: now - doubtMs, seen }));
  return marks.filter((mark) => !valid.has(mark) && mark.at < now - doubtMs);
}

const doubtMs = 3_600_000;

/** The issues with their marks, muted ones last. `marks` are those in force. */
export function withMarks(issues: readonly Issue[], marks: readonly Mark[]): Issue[] {
  if (marks.length === 0) return [...issues];
  const of = new Map(marks.map((mark) => [`${mark.kind} ${mark.scope}`, mark]));
  const marked = issues.map((issue): Issue => {
    const acknowledged = of.get(`acknowledged ${issue.id}`);
    // Of two mutes, the one that is about more; ending it leaves the other.
    const muted = of.get(`muted ${issue.code}`) ?? of.get(`muted ${issue.id}`);
    return { ...issue, ...(acknowledged && { acknowledged: shown(acknowledged) }), ...(muted && { muted: shown(muted) }) };
  });
  return [...marked.filter(counts), ...marked.filter((issue) => !counts(issue))];
}

const shown = ({ scope, by, at, until, reason }: Mark) => ({ scope, by, at, until, reason });

/** What is muted is in no count and makes nothing look ill. */
export const counts = (issue: Pick<Issue, 'muted'>) => issue.muted === undefined;
