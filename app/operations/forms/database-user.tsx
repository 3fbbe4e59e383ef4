'use client';
import { Switch, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useDatabaseRoles, useDatabaseUsers } from '~/app/access/use-database-users.ts';
import type { DatabaseRoleRow, DatabaseUserRow } from '~/app/lib/database-users.ts';
import { listOf, textOf, type FormProps } from './form.ts';
import { NewPassword } from './new-password.tsx';
import { PrivilegesField } from './privileges-field.tsx';

const builtIn = ['public', 'replication', 'super'];

export function SetDatabaseUser(props: FormProps) {
  const { draft, set, errors } = props;
  const users = useDatabaseUsers().data;
  const [isNew] = useState(textOf(draft.user) === '');
  const current = isNew ? undefined : users?.find(({ user }) => user === draft.user);
  if (!isNew && current === undefined) return null;
  return (
    <>
      {isNew && <TextInput label="Name" description="As clients log in by it" autoComplete="off" autoCapitalize="none" spellCheck={false} data-autofocus value={textOf(draft.user)} error={errors.user} onChange={(event) => set('user', event.currentTarget.value)} />}
      <NewPassword
        label={isNew ? 'Password' : 'New password'}
        description={isNew ? 'At least 8 characters. Without one nobody can log in. It is never shown again.' : 'Empty: the password stays. A new one ends no session that is open.'}
        value={textOf(draft.password)}
        error={errors.password}
        onChange={(password) => set('password', password === '' ? undefined : password)}
      />
      <Grants {...props} current={current} />
    </>
  );
}

export function SetDatabaseRole(props: FormProps) {
  const { draft, set, errors } = props;
  const roles = useDatabaseRoles().data;
  const [isNew] = useState(textOf(draft.role) === '');
  const current = isNew ? undefined : roles?.find(({ role }) => role === draft.role);
  if (!isNew && current === undefined) return null;
  return (
    <>
      {isNew && <TextInput label="Name" description="A set of privileges for users of the database" autoComplete="off" autoCapitalize="none" spellCheck={false} data-autofocus value={textOf(draft.role)} error={errors.role} onChange={(event) => set('role', event.currentTarget.value)} />}
      <Grants {...props} current={current} />
    </>
  );
}

function Grants({ draft, set, errors, current }: FormProps & { current: DatabaseUserRow | DatabaseRoleRow | undefined }) {
  const roles = useDatabaseRoles().data ?? [];
  return (
    <>
      <TagsInput label="Roles" description="Of the database" data={[...roles.map(({ role }) => role).filter((role) => role !== draft.role), ...builtIn]} value={'roles' in draft ? listOf(draft.roles) : [...(current?.roles ?? [])]} error={errors.roles} acceptValueOnBlur onChange={(next) => set('roles', next, current?.roles ?? [])} />
      <PrivilegesField current={current?.privileges ?? {}} error={errors.privileges} onChange={(changed) => set('privileges', changed)} />
      <Switch label="Take over" description="Where one of this name was made by hand, make it this one; what it was granted there stays" checked={(draft.takeOver ?? current?.takeOver) === true} onChange={(event) => set('takeOver', event.currentTarget.checked, current?.takeOver ?? false)} />
    </>
  );
}
