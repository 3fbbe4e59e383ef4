'use client';
import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { countText } from '~/app/lib/format.ts';
import type { Explanation } from '~/app/lib/issues.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { BellOff } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import { Ago } from '~/app/ui/time.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { Issue } from '~/contract/shapes/view.ts';
import { IssueList } from './issue-list.tsx';
import { Until } from './mark-words.tsx';
import styles from './marks.module.css';

const columns: readonly Column[] = [
  { label: 'Muted', kind: 'title', width: '22%' },
  { label: 'Reason' },
  { label: 'By', width: '17%' },
  { label: 'Ends', width: '25%' },
  { label: 'Hides', width: 70 },
  { label: 'Actions', kind: 'menu', width: 110 },
];

/** What is hidden from every count, apart from the rest: the issues themselves, and all mutes, also of what is not there now. */
export function Muted({ issues, explanations }: { issues: readonly Issue[]; explanations: ReadonlyMap<string, Explanation> }) {
  const { open } = useOperations();
  const { role } = useSession();
  const mutes = useMutes(issues);
  const why = refusalFor('issue.unmute', role);
  const hidden = issues.filter(({ muted }) => muted !== undefined);
  if (hidden.length === 0 && (mutes.data?.length ?? 0) === 0) return null;
  const rows = mutes.data?.map(({ scope, code, object, reason, by, at, until, hides }) => ({
    key: scope,
    cells: {
      Muted: scope === code ? <>all <code>{code}</code></> : <><code>{code}</code> of {object.name}</>,
      Reason: <span className={styles.reason}>{reason}</span>,
      By: <>{by}, <Ago at={at} /></>,
      Ends: until === null ? null : <Until at={until} />,
      Hides: hides === 0 ? 'nothing' : hides,
      Actions: <WhyDisabled why={why}><Button size="compact-sm" variant="default" disabled={why !== null} aria-label={`Unmute ${scope === code ? code : `${code} of ${object.name}`}`} onClick={() => open('issue.unmute', { issue: scope })}>Unmute</Button></WhyDisabled>,
    },
  })) ?? null;
  return (
    <details className={styles.muted} data-testid="muted">
      <summary><BellOff size={15} />{countText(hidden.length, 'muted issue')}{mutes.data && `, ${countText(mutes.data.length, 'mute')} in force`}</summary>
      {hidden.length > 0 && <IssueList issues={hidden} all={issues} explanations={explanations} />}
      <div>
        <h3>Mutes in force</h3>
        <Listing caption="Mutes in force" rows={rows} columns={columns} problem={mutes.error ? problemFrom(mutes.error) : null} onRetry={() => void mutes.refetch()} empty={{ icon: <BellOff size={28} />, title: 'Nothing is muted', text: 'The last mute has just ended.' }} />
      </div>
    </details>
  );
}

/** Asked for again when the issues change, after each change made here, and now and then: a mute of what is not there now shows nowhere in the stream. */
function useMutes(issues: readonly Issue[]) {
  const api = useApi();
  const sign = issues.map(({ id, muted }) => `${id} ${muted?.at ?? ''}`).join('\n');
  return useQuery({ queryKey: ['issue', 'mutes', sign], queryFn: () => api.issue.mutes.query({}), refetchInterval: 15_000, placeholderData: keepPreviousData });
}
