'use client';
import { Button, Menu, Select } from '@mantine/core';
import Link from 'next/link';
import { StaleBanner } from '~/app/cluster/stale-banner.tsx';
import { countText } from '~/app/lib/format.ts';
import { oneOf } from '~/app/lib/params.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { matchingSpaces, schemaStates, stateWords } from '~/app/lib/schema-rows.ts';
import { useSession } from '~/app/session/session-provider.tsx';
import { ChevronDown, Pencil } from '~/app/ui/icons.tsx';
import page from '~/app/ui/page.module.css';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { SearchField } from '~/app/ui/search-field.tsx';
import { useAddress } from '~/app/ui/use-address.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import { SchemaEditor } from './schema-editor.tsx';
import styles from './schema.module.css';
import { SpaceDrawer } from './space-drawer.tsx';
import { SpacesTable } from './spaces-table.tsx';
import { useSpacesOfRoles } from './use-schema.ts';

const stateChoices = schemaStates.map((value) => ({ value, label: stateWords[value] }));

/** The spaces that roles want, how they are on each replicaset, and the text that says what is wanted. */
export function SchemaPage() {
  const { role: own } = useSession();
  const [address, change] = useAddress(['q', 'role', 'state', 'space', 'edit']);
  const { spaces, groups, roles } = useSpacesOfRoles();
  const label = refusalFor('schema.apply', own) === null ? 'Edit schema' : 'Schema in full';
  if (address.edit !== null) return <SchemaEditor key={address.edit} role={address.edit} space={address.space} onSpace={(space) => change({ space })} onBack={() => change({ edit: null, space: null })} />;
  if (spaces.error && groups === null) return <ProblemAlert problem={problemFrom(spaces.error)}><Button size="compact-sm" variant="default" mt={8} onClick={() => void spaces.refetch()}>Try again</Button></ProblemAlert>;
  if (groups === null || roles === null) return <Waiting label="Loading the spaces" height={260} />;
  if (roles.length === 0) return <NoRole />;
  const found = matchingSpaces(groups, { q: address.q, role: address.role, state: oneOf(schemaStates, address.state) });
  const open = groups.find(({ space, role }) => space === address.space && (address.role === null || role === address.role)) ?? null;
  const away = groups.filter(({ state }) => state !== 'applied').length;
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1 className={styles.title}>Schema</h1>
        <span className={styles.quiet} role="status">{countText(groups.length, 'space')} of {countText(roles.length, 'role')}{groups.length === 0 ? '' : away === 0 ? ', all as wanted' : `, ${away} not as wanted`}</span>
        <div className={styles.tools}><EditButton label={label} roles={roles} onEdit={(edit) => change({ edit, space: null })} /></div>
      </div>
      <StaleBanner />
      {spaces.error && <ProblemAlert problem={problemFrom(spaces.error)} />}
      <div className={page.filters}>
        <SearchField label="Search spaces" placeholder="Space, field or index" value={address.q ?? ''} onChange={(q) => change({ q })} />
        <Select aria-label="Role" placeholder="Any role" clearable clearButtonProps={{ 'aria-label': 'Any role' }} w={170} data={address.role === null || roles.includes(address.role) ? roles : [...roles, address.role]} value={address.role} onChange={(role) => change({ role })} />
        <Select aria-label="State" placeholder="Any state" clearable clearButtonProps={{ 'aria-label': 'Any state' }} w={170} data={stateChoices} value={oneOf(schemaStates, address.state)} onChange={(state) => change({ state })} />
      </div>
      {address.space !== null && open === null && <p className={styles.note} role="status">No role{address.role === null ? '' : ` ${address.role}`} wants a space {address.space}.</p>}
      <SpacesTable groups={found} all={groups.length} onOpen={(space) => change({ space: space.space })} />
      <SpaceDrawer group={open} label={label} onClose={() => change({ space: null })} onEdit={(edit) => change({ edit })} />
    </div>
  );
}

/** One role is the one that is meant. */
function EditButton({ label, roles, onEdit }: { label: string; roles: readonly string[]; onEdit: (role: string) => void }) {
  const [only] = roles;
  if (roles.length === 1) return <Button variant="default" leftSection={<Pencil size={15} />} onClick={() => onEdit(only!)}>{label} of {only}</Button>;
  return (
    <Menu position="bottom-end">
      <Menu.Target><Button variant="default" leftSection={<Pencil size={15} />} rightSection={<ChevronDown size={14} />}>{label}</Button></Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>{roles.map((role) => <Menu.Item key={role} onClick={() => onEdit(role)}>of {role}</Menu.Item>)}</Menu.Dropdown>
    </Menu>
  );
}

function NoRole() {
  return (
    <div>
      <section className={styles.empty} aria-labelledby="no-role">
        <h1 id="no-role" className={styles.title}>No role wants a space yet</h1>
        <p>Spaces are tables. A role of your own says which it wants, with fields, indexes and a sharding key; every replicaset that has the role gets them, and what is missing or differs is shown here.</p>
        <Button component={Link} href="/code">Write a role on the Code page</Button>
      </section>
    </div>
  );
}
