'use client';
import { Switch } from '@mantine/core';
import { useUsers } from '~/app/access/use-access.ts';
import type { Role } from '~/contract/operation.ts';
import { textOf, type FormProps } from './form.ts';
import { NewPassword } from './new-password.tsx';
import { RoleField } from './role-field.tsx';

export function EditUser({ draft, set, errors }: FormProps) {
  const current = useUsers().data?.find(({ name }) => name === draft.name);
  if (!current) return null;
  return (
    <>
      <RoleField value={(draft.role as Role | undefined) ?? current.role} error={errors.role} onChange={(role) => set('role', role, current.role)} />
      <NewPassword
        label="New password"
        description="Empty: the password stays. A new one ends the user's sessions and CLI tokens."
        value={textOf(draft.password)}
        error={errors.password}
        onChange={(password) => set('password', password === '' ? undefined : password)}
      />
      <Switch label="Disabled" description="May not sign in; sessions end and API tokens are refused" checked={(draft.disabled ?? current.disabled) === true} onChange={(event) => set('disabled', event.currentTarget.checked, current.disabled)} />
    </>
  );
}
