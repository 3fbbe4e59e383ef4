'use client';
import { TextInput } from '@mantine/core';
import type { Role } from '~/contract/operation.ts';
import { textOf, type FormProps } from './form.ts';
import { NewPassword } from './new-password.tsx';
import { RoleField } from './role-field.tsx';

export function CreateUser({ draft, set, errors }: FormProps) {
  return (
    <>
      <TextInput label="Name" description="Small letters, digits and . - _ @" autoComplete="off" autoCapitalize="none" spellCheck={false} data-autofocus value={textOf(draft.name)} error={errors.name} onChange={(event) => set('name', event.currentTarget.value)} />
      <RoleField value={(draft.role as Role | undefined) ?? null} error={errors.role} onChange={(role) => set('role', role)} />
      <NewPassword label="First password" value={textOf(draft.password)} error={errors.password} onChange={(password) => set('password', password)} />
    </>
  );
}
