'use client';
import { NumberInput, TextInput } from '@mantine/core';
import { useSession } from '~/app/session/session-provider.tsx';
import type { Role } from '~/contract/operation.ts';
import { textOf, type FormProps } from './form.ts';
import { RoleField } from './role-field.tsx';

const daysPreset = 90;

export function CreateToken({ draft, set, errors }: FormProps) {
  const { role } = useSession();
  return (
    <>
      <TextInput label="Name" description="What it is for: it is what the list shows" spellCheck={false} data-autofocus value={textOf(draft.name)} error={errors.name} onChange={(event) => set('name', event.currentTarget.value)} />
      <RoleField value={(draft.role as Role | undefined) ?? 'viewer'} most={role} description="Give it no more than it needs" error={errors.role} onChange={(next) => set('role', next)} />
      <NumberInput
        label="Days until it expires"
        min={1}
        max={3650}
        allowDecimal={false}
        clampBehavior="strict"
        error={errors.days}
        value={typeof draft.days === 'number' ? draft.days : 'days' in draft ? '' : daysPreset}
        onChange={(days) => set('days', typeof days === 'number' ? days : null)}
      />
    </>
  );
}
