'use client';
import { Button } from '@mantine/core';
import { agentText, matching } from '~/app/lib/access.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { Screen } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import { Ago } from '~/app/ui/time.tsx';
import styles from './access.module.css';
import { EndsAt } from './ends-at.tsx';
import { SearchBar, type Searching } from './search-bar.tsx';
import { useSessions } from './use-access.ts';

const columns: readonly Column[] = [
  { label: 'User', kind: 'title', width: '22%' },
  { label: 'Browser' },
  { label: 'Address', width: '15%' },
  { label: 'Last seen', width: '13%' },
  { label: 'Signed in', width: '13%' },
  { label: 'Ends', width: '13%' },
  { label: 'Actions', kind: 'menu', width: 100 },
];

/** Browsers that are signed in: one's own, for an admin those of all. */
export function SessionsTab({ search, onSearch }: Searching) {
  const { open } = useOperations();
  const sessions = useSessions();
  const found = sessions.data && matching(sessions.data, search, ({ user, address, agent }) => [user, address, agentText(agent)]);
  const rows = found?.map(({ id, user, current, agent, address, lastSeenAt, createdAt, expiresAt }) => ({
    key: id,
    cells: {
      User: <>{user}{current && <span className={styles.self}>this browser</span>}</>,
      Browser: <span title={agent ?? undefined}>{agentText(agent)}</span>,
      Address: address ?? <span className={styles.quiet}>unknown</span>,
      'Last seen': <Ago at={lastSeenAt} />,
      'Signed in': <Ago at={createdAt} />,
      Ends: <EndsAt at={expiresAt} quiet />,
      Actions: <Button size="compact-sm" variant="default" aria-label={`End ${current ? 'this session' : `a session of ${user}`}`} onClick={() => open('session.revoke', { id })}>End</Button>,
    },
  })) ?? null;
  return (
    <>
      <SearchBar search={search} onSearch={onSearch} label="Search sessions" />
      <Listing
        caption="Sessions"
        rows={rows}
        columns={columns}
        problem={sessions.error ? problemFrom(sessions.error) : null}
        onRetry={() => void sessions.refetch()}
        empty={{ icon: <Screen size={32} />, title: search === '' ? 'No sessions' : 'Nothing matches', text: search === '' ? 'Nobody is signed in with a browser.' : 'No session fits the search.' }}
      />
    </>
  );
}
