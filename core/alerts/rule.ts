import { severities, type Issue, type ObjectRef, type Severity } from '~/contract/shapes/view.ts';

/** What a channel wants to hear of, and what nobody is to hear of now. */

export type Rule = {
  readonly channel: string;
  readonly enabled: boolean;
  readonly minSeverity: Severity;
  /** Empty: all. */
  readonly codes: readonly string[];
  /** Ids or names; empty: all. */
  readonly objects: readonly string[];
  /** An issue is told once it is this old. */
  readonly forMs: number;
  /** Between reminders of what is critical; 0: none. */
  readonly repeatMs: number;
};

export type Silence = {
  readonly id: string;
  readonly code: string | null;
  readonly object: ObjectRef | null;
  /** This and what is less. */
  readonly severity: Severity | null;
  readonly by: string;
  readonly at: number;
  readonly until: number;
  readonly reason: string;
};

/** An issue with all the names under which it may be meant: id and name of its object, and of the replicaset around that. */
export type Alertable = { readonly issue: Issue; readonly names: readonly string[] };

const rank = (severity: Severity) => severities.indexOf(severity);

export const isWorse = (severity: Severity, than: Severity) => rank(severity) > rank(than);

export const fits = ({ minSeverity, codes, objects }: Rule, { issue, names }: Alertable): boolean =>
  rank(issue.severity) >= rank(minSeverity) && (codes.length === 0 || codes.includes(issue.code)) && (objects.length === 0 || objects.some((name) => names.includes(name)));

export const inForce = (silences: readonly Silence[], now: number): Silence[] => silences.filter(({ until }) => until > now);

export const hides = ({ code, object, severity }: Omit<Silence, 'id' | 'by' | 'at' | 'until' | 'reason'>, { issue, names }: Alertable): boolean =>
  (code === null || code === issue.code) && (object === null || object.kind === 'cluster' || names.includes(object.id)) && (severity === null || rank(issue.severity) <= rank(severity));

/** Of the open issues, with the replicaset of each instance. */
export function alertables(issues: readonly Issue[], instances: readonly { readonly uuid: string; readonly replicaset: { readonly uuid: string; readonly alias: string } | null }[]): Alertable[] {
  const around = new Map(instances.map(({ uuid, replicaset }) => [uuid, replicaset === null ? [] : [replicaset.uuid, replicaset.alias]]));
  return issues.map((issue) => ({ issue, names: [issue.object.id, issue.object.name, ...(around.get(issue.object.id) ?? [])] }));
}

/** "clock-offset of s1-b up to warning", "everything". */
export function nameOf({ code, object, severity }: Pick<Silence, 'code' | 'object' | 'severity'>): string {
  const about = object === null || object.kind === 'cluster' ? '' : code === null ? `everything about ${object.name}` : `${code} of ${object.name}`;
  return `${about === '' ? (code ?? 'everything') : about}${severity === null ? '' : ` up to ${severity}`}`;
}
