'use client';
import { Button } from '@mantine/core';
import { ActionMenu } from '~/app/cluster/action-menu.tsx';
import { matching, userActions, userState, type UserRow } from '~/app/lib/access.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { useServerNow } from '~/app/live/live-provider.tsx';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Plus, User } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import { Ago } from '~/app/ui/time.tsx';
import styles from './access.module.css';
import { SearchBar, type Searching } from './search-bar.tsx';
import { useUsers } from './use-access.ts';

const columns: readonly Column[] = [
  { label: 'Name', kind: 'title', width: '26%' },
  { label: 'Role', width: '14%' },
  { label: 'State' },
  { label: 'Last sign-in', width: '18%' },
  { label: 'Created', width: '16%' },
  { label: 'Actions', kind: 'menu', width: 56 },
];

/** For admins: everybody who has a name and a password. */
export function UsersTab({ search, onSearch }: Searching) {
  const { user: self } = useSession();
  const { open } = useOperations();
  const users = useUsers();
  const found = users.data && matching(users.data, search, ({ name, role }) => [name, role]);
  const rows = found?.map((one) => ({
    key: one.name,
    cells: {
      Name: <>{one.name}{one.name === self && <span className={styles.self}>you</span>}</>,
      Role: one.role,
      State: <State user={one} />,
      'Last sign-in': one.lastLoginAt === null ? <span className={styles.quiet}>never</span> : <Ago at={one.lastLoginAt} />,
      Created: <Ago at={one.createdAt} />,
      Actions: <ActionMenu label={`Actions on ${one.name}`} actions={userActions(one)} />,
    },
  })) ?? null;
  return (
    <>
      <SearchBar search={search} onSearch={onSearch} label="Search users">
        <Button ml="auto" leftSection={<Plus />} onClick={() => open('user.create')}>Create user</Button>
      </SearchBar>
      <Listing
        caption="Users"
        rows={rows}
        columns={columns}
        problem={users.error ? problemFrom(users.error) : null}
        onRetry={() => void users.refetch()}
        empty={{ icon: <User size={32} />, title: 'Nobody like that', text: 'No user fits the search.' }}
      />
    </>
  );
}

function State({ user }: { user: UserRow }) {
  const { health, word } = userState(user, useServerNow());
  return <HealthMark health={health}>{word}</HealthMark>;
}
