'use client';
import { Button } from '@mantine/core';
import { matching } from '~/app/lib/access.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { Plus, Terminal } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import { Ago } from '~/app/ui/time.tsx';
import styles from './access.module.css';
import { EndsAt } from './ends-at.tsx';
import { SearchBar, type Searching } from './search-bar.tsx';
import { useTokens } from './use-access.ts';

const columns: readonly Column[] = [
  { label: 'Name', kind: 'title', width: '28%' },
  { label: 'User', width: '16%' },
  { label: 'Role', width: '11%' },
  { label: 'Last used' },
  { label: 'Created' },
  { label: 'Expires' },
  { label: 'Actions', kind: 'menu', width: 100 },
];

/** What programs come in with: one's own, for an admin those of all. */
export function TokensTab({ search, onSearch }: Searching) {
  const { role, user: self } = useSession();
  const { open } = useOperations();
  const tokens = useTokens();
  const found = tokens.data && matching(tokens.data, search, (one) => [one.name, one.user, one.role, one.id]);
  const mayCreate = refusalFor('token.create', role) === null;
  const rows = found?.map(({ id, name, user, role: of, lastUsedAt, createdAt, expiresAt }) => ({
    key: id,
    cells: {
      Name: name,
      User: <>{user}{user === self && <span className={styles.self}>you</span>}</>,
      Role: of,
      'Last used': lastUsedAt === null ? <span className={styles.quiet}>never</span> : <Ago at={lastUsedAt} />,
      Created: <Ago at={createdAt} />,
      Expires: <EndsAt at={expiresAt} />,
      Actions: <Button size="compact-sm" variant="default" aria-label={`Revoke ${name}`} onClick={() => open('token.revoke', { id })}>Revoke</Button>,
    },
  })) ?? null;
  return (
    <>
      <SearchBar search={search} onSearch={onSearch} label="Search tokens">
        {mayCreate && <Button ml="auto" leftSection={<Plus />} onClick={() => open('token.create')}>Create token</Button>}
      </SearchBar>
      <Listing
        caption="API tokens"
        rows={rows}
        columns={columns}
        problem={tokens.error ? problemFrom(tokens.error) : null}
        onRetry={() => void tokens.refetch()}
        empty={
          search === ''
            ? { icon: <Terminal size={32} />, title: 'No API tokens', text: mayCreate ? 'A script, a CI job or Prometheus signs in with a token of its own: create one for each, with the least role that does.' : 'A CLI login makes one, and it is listed here. Tokens for scripts are made by operators and admins.' }
            : { icon: <Terminal size={32} />, title: 'Nothing matches', text: 'No token fits the search.' }
        }
      />
    </>
  );
}
