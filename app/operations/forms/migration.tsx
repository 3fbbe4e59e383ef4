'use client';
import { NumberInput, Select } from '@mantine/core';
import { compare, refOf } from '~/app/lib/rows.ts';
import { textOf, type FormProps } from './form.ts';

/** An order to run steps of migrations, or to take them back: where, up to which, and how. */

const Replicaset = ({ draft, set, errors, overview }: FormProps) => {
  const sets = overview.replicasets.toSorted((a, b) => compare(a.alias, b.alias)).map((one) => ({ value: refOf(one, overview.replicasets), label: one.alias }));
  return <Select label="Replicaset" description="None: every one that has the role" placeholder="All" clearable clearButtonProps={{ 'aria-label': 'All replicasets' }} data={sets} value={textOf(draft.replicaset) || null} error={errors.replicaset} onChange={(replicaset) => set('replicaset', replicaset ?? undefined)} />;
};

function Limits({ draft, set, errors }: FormProps) {
  const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
  return (
    <>
      <NumberInput label="Replicasets at a time" description="After the first error no other begins" min={1} max={20} allowDecimal={false} value={number(draft.parallel, 1)} error={errors.parallel} onChange={(next) => set('parallel', typeof next === 'number' ? next : undefined, 1)} />
      <NumberInput label="Break off a step after" description="Seconds; a step may name its own" min={1} max={86_400} allowDecimal={false} value={number(draft.timeoutSeconds, 60)} error={errors.timeoutSeconds} onChange={(next) => set('timeoutSeconds', typeof next === 'number' ? next : undefined, 60)} />
    </>
  );
}

export function RunMigrations(props: FormProps) {
  const { draft, set, errors, overview } = props;
  const roles = overview.roles.filter((role) => role.custom).map(({ name }) => name).toSorted();
  const role = textOf(draft.role) || null;
  const choose = (next: string | null) => {
    set('role', next ?? undefined);
    if (next === null) set('to', undefined);
  };
  return (
    <>
      <Select label="Role" description="None: all roles, those that others need first" placeholder="All" clearable clearButtonProps={{ 'aria-label': 'All roles' }} data={role === null || roles.includes(role) ? roles : [...roles, role]} value={role} error={errors.role} onChange={choose} />
      <Replicaset {...props} />
      <NumberInput label="Up to number" description={role === null ? 'Of one role: choose it first' : 'Of the last step that runs'} placeholder="All" disabled={role === null} min={0} allowDecimal={false} value={typeof draft.to === 'number' ? draft.to : ''} error={errors.to} onChange={(next) => set('to', typeof next === 'number' ? next : undefined)} />
      <Limits {...props} />
    </>
  );
}

export function TakeMigrationsBack(props: FormProps) {
  const { draft, set, errors } = props;
  return (
    <>
      <Replicaset {...props} />
      <NumberInput label="Back to number" description="Of the last step that stays; 0: none stays" min={0} allowDecimal={false} data-autofocus value={typeof draft.to === 'number' ? draft.to : ''} error={errors.to} onChange={(next) => set('to', typeof next === 'number' ? next : undefined)} />
      <Limits {...props} />
    </>
  );
}
