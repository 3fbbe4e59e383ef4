'use client';
import { Button, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { ActionMenu } from '~/app/cluster/action-menu.tsx';
import { matching } from '~/app/lib/access.ts';
import { databaseRoleActions, databaseUserActions, privilegeText, type DatabaseUserRow } from '~/app/lib/database-users.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Lock, Plus } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import styles from './access.module.css';
import { SearchBar, type Searching } from './search-bar.tsx';
import { useDatabaseRoles, useDatabaseUsers } from './use-database-users.ts';

const columns = (name: string, second: string): readonly Column[] => [
  { label: name, kind: 'title', width: '16%' },
  { label: second, width: '12%' },
  { label: 'Roles', width: '14%' },
  { label: 'May' },
  { label: 'Functions', width: '20%' },
  { label: 'State', width: 130 },
  { label: 'Actions', kind: 'menu', width: 56 },
];

/** Users and roles of the database: who logs in to instances and routers. Not those of the control plane. */
export function DatabaseTab({ search, onSearch }: Searching) {
  const { role: own } = useSession();
  const { open } = useOperations();
  const [users, roles] = [useDatabaseUsers(), useDatabaseRoles()];
  const foundUsers = users.data && matching(users.data, search, ({ user, roles: has, privileges, functions }) => [user, ...has, ...Object.keys(privileges), ...functions]);
  const foundRoles = roles.data && matching(roles.data, search, ({ role, members, privileges }) => [role, ...members, ...Object.keys(privileges)]);
  const refused = refusalFor('databaseUser.set', own) !== null;
  return (
    <>
      <p className={styles.lead}>Who may log in to Tarantool and to routers, and what they may do there. They are part of the configuration, and the same on every replicaset; what was granted by hand stays beside it.</p>
      <SearchBar search={search} onSearch={onSearch} label="Search database users">
        <Button ml="auto" variant="default" disabled={refused} onClick={() => open('databaseRole.set')}>Create role</Button>
        <Button leftSection={<Plus />} disabled={refused} onClick={() => open('databaseUser.set')}>Create database user</Button>
      </SearchBar>
      <Listing
        caption="Database users"
        rows={foundUsers?.map((one) => ({ key: one.user, cells: { Name: one.user, Password: one.password ? 'yes' : <span className={styles.quiet}>{one.takeOver ? 'its own' : 'none'}</span>, ...cellsOf(one), Actions: <ActionMenu label={`Actions on ${one.user}`} actions={databaseUserActions(one)} /> } })) ?? null}
        columns={columns('Name', 'Password')}
        problem={users.error ? problemFrom(users.error) : null}
        onRetry={() => void users.refetch()}
        empty={users.data?.length === 0 ? { icon: <Lock size={32} />, title: 'No database users yet', text: 'Clients log in by users that were made by hand on every master, if there are any. One that is made here is the same everywhere, and stays so.' } : { icon: <Lock size={32} />, title: 'Nobody like that', text: 'No database user fits the search.' }}
      />
      {(roles.data?.length ?? 0) > 0 && (
        <>
          <Title order={2} size={16} mt="lg" mb="xs">Database roles</Title>
          <Listing
            caption="Database roles"
            rows={foundRoles?.map((one) => ({ key: one.role, cells: { Name: one.role, 'Who has it': listed(one.members), ...cellsOf(one), Actions: <ActionMenu label={`Actions on ${one.role}`} actions={databaseRoleActions(one)} /> } })) ?? null}
            columns={columns('Name', 'Who has it')}
            problem={roles.error ? problemFrom(roles.error) : null}
            onRetry={() => void roles.refetch()}
            empty={{ icon: <Lock size={32} />, title: 'No role like that', text: 'No database role fits the search.' }}
          />
        </>
      )}
    </>
  );
}

const listed = (names: readonly string[]): ReactNode => (names.length === 0 ? null : names.join(', '));

function cellsOf({ roles, privileges, functions, problems }: Pick<DatabaseUserRow, 'roles' | 'privileges' | 'functions' | 'problems'>) {
  const grants = Object.entries(privileges);
  return {
    Roles: listed(roles),
    May: grants.length === 0 ? null : <span className={styles.grants}>{grants.map(([on, may]) => <span key={on}>{privilegeText(on, may)}</span>)}</span>,
    Functions: listed(functions),
    State: problems.length === 0 ? <HealthMark health="ok">no problem</HealthMark> : <span title={problems.join('\n')}><HealthMark health="warning">{problems.length === 1 ? 'a problem' : `${problems.length} problems`}</HealthMark></span>,
  };
}
