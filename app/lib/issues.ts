import { severities, type ClusterOverview, type Issue, type ObjectRef, type Severity } from '~/contract/shapes/view.ts';
import { oneOf, withParams } from './params.ts';
import { issuesInOrder } from './summary.ts';

/** The Issues page: grouped, counted and filtered. Shaping only, no drawing. */

export type IssueFilter = { readonly severity: Severity | null; readonly code: string | null; readonly object: string | null };
export const noIssueFilter: IssueFilter = { severity: null, code: null, object: null };

/** What the catalogue says of a code, for a person who meets it for the first time. */
export type Explanation = { readonly code: string; readonly about: string; readonly severity: Severity; readonly means: string; readonly todo: string };

export const issueFilterFrom = (params: URLSearchParams): IssueFilter => ({ severity: oneOf(severities, params.get('severity')), code: params.get('code') || null, object: params.get('object') || null });

export const withIssueFilter = (params: URLSearchParams, { severity, code, object }: IssueFilter): URLSearchParams => withParams(params, { severity, code, object });

export const isIssueFiltering = ({ severity, code, object }: IssueFilter) => severity !== null || code !== null || object !== null;

/** By its id or by its name, as a link may have either. */
export const isObject = ({ id, name }: ObjectRef, ref: string) => id === ref || name === ref;

export function filteredIssues(issues: readonly Issue[], { severity, code, object }: IssueFilter): Issue[] {
  return issuesInOrder(issues).filter((issue) => (severity === null || issue.severity === severity) && (code === null || issue.code === code) && (object === null || isObject(issue.object, object)));
}

export type IssueGroup = { readonly severity: Severity; readonly issues: Issue[] };

/** Worst first; severities that nothing has are left out. */
export function issueGroups(issues: readonly Issue[]): IssueGroup[] {
  return severities.toReversed().map((severity) => ({ severity, issues: issues.filter((issue) => issue.severity === severity) })).filter((group) => group.issues.length > 0);
}

export const severityWords = { critical: 'Critical', warning: 'Warning', info: 'Information' } as const satisfies Record<Severity, string>;

/** How many there are of each when only the severity is left open: the figures on the filter. */
export function severityCounts(issues: readonly Issue[], filter: IssueFilter): Record<Severity, number> {
  const counts = { info: 0, warning: 0, critical: 0 };
  for (const { severity } of filteredIssues(issues, { ...filter, severity: null })) counts[severity] += 1;
  return counts;
}

/** What asks for a person: the figure in the header. */
export const pressingCount = (issues: readonly Issue[]): number => issues.filter(({ severity, muted }) => severity !== 'info' && !muted).length;

/** The replicaset that an issue is about, by name, if its masters are appointed: then its incidents may say more. */
export function appointedSetOf({ object }: Pick<Issue, 'object'>, { replicasets, instances }: Pick<ClusterOverview, 'replicasets' | 'instances'>): string | null {
  const uuid = object.kind === 'instance' ? instances.find((one) => one.uuid === object.id)?.replicaset?.uuid : object.kind === 'replicaset' ? object.id : undefined;
  return replicasets.find((one) => one.uuid === uuid && one.appointed)?.alias ?? null;
}
