'use client';
import { PasswordInput } from '@mantine/core';
import { textOf, type FormProps } from './form.ts';
import { NewPassword } from './new-password.tsx';

export function ChangePassword({ draft, set, errors }: FormProps) {
  return (
    <>
      <PasswordInput label="Current password" autoComplete="current-password" data-autofocus value={textOf(draft.password)} error={errors.password} aria-invalid={errors.password !== undefined} onChange={(event) => set('password', event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': 'Show the current password' }} />
      <NewPassword label="New password" value={textOf(draft.newPassword)} error={errors.newPassword} onChange={(password) => set('newPassword', password)} />
    </>
  );
}
